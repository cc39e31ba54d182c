using System.Collections.Immutable;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Names;
using Coffer.Sdk.Replies;

namespace Coffer.Sdk.Engines;

/// <summary>Answers one operation on one path. Runs inside a unit of work, and again from the start when its commit conflicts.</summary>
public delegate ValueTask<Reply> Handler(EngineRequest request, CancellationToken cancellation);

/// <summary>One row of an engine's table. Routing, parsing, validation, help and the OpenAPI document all come from here.</summary>
/// <param name="Template">
/// Path below the mount: literal segments, <c>{name}</c> for one segment that is a valid name (word characters, <c>-</c> and <c>.</c> inside),
/// <c>{name:at}</c> to allow <c>@</c> as well, <c>{name:any}</c> for any one segment, and <c>{path...}</c> last for all that follows. A parameter whose
/// spelling does not count says so, <c>{name:folded}</c>, <c>{name:any,folded}</c>, <c>{name:folded...}</c>: it is folded by <see cref="NameFold"/> before
/// policies, quotas, audit and the handler see it. A slash at the end of a path is dropped likewise, except after <c>{path:folder...}</c>, where
/// <c>a/</c> is another thing than <c>a</c>.
/// </param>
/// <param name="Synopsis">One sentence for help and OpenAPI.</param>
public sealed record EnginePath(string Template, string Synopsis)
{
    /// <summary>The fields it takes, path parameters not included unless they need a description.</summary>
    public ImmutableArray<Field> Fields { get; init; } = [];

    /// <summary>Those of the fields that stand in the query of a read or a listing. A path that takes no write has all of its fields there.</summary>
    public ImmutableArray<Field> Query { get; init; } = [];

    /// <summary>Fields that some of its paths take in the place of <see cref="Fields"/>: policies read what is sent by these as well.</summary>
    public ImmutableArray<Field> JudgedFields { get; init; } = [];

    /// <summary>Whatever is sent is data: no name in it is unknown. Elsewhere, names that are not among the fields are named in a warning.</summary>
    public bool TakesAnyInput { get; init; }

    /// <summary>Left out of the OpenAPI document: the path is there to explain a mistake.</summary>
    public bool Undocumented { get; init; }

    /// <summary>A paragraph for <c>path-help</c>; empty repeats the synopsis.</summary>
    public string Description { get; init; } = "";

    public Handler? Read { get; init; }

    public Handler? List { get; init; }

    /// <summary>Create and update alike, POST and PUT alike.</summary>
    public Handler? Write { get; init; }

    public Handler? Patch { get; init; }

    public Handler? Delete { get; init; }

    /// <summary>
    /// Tells whether what a write names is there already, which makes it an update and not a create for policies. Without it every write is an
    /// update.
    /// </summary>
    public Func<EngineRequest, CancellationToken, ValueTask<bool>>? Exists { get; init; }

    /// <summary>
    /// Asks outside systems what the handlers need to know before they can decide: the keys of an issuer, a review of a token, the bind at a directory. Runs
    /// before them, for every operation, once a request however often the commit conflicts; again only when something has changed that it read in the store.
    /// </summary>
    public Prepare? Prepare { get; init; }

    /// <summary>
    /// Content types, in lower case, whose bodies reach the handler as they were sent (<see cref="RequestView.Body"/>), such as <c>application/ocsp-request</c>.
    /// Bodies of any other type are parsed as JSON, or as a form.
    /// </summary>
    public ImmutableArray<string> RawContentTypes { get; init; } = [];

    /// <summary>Headers that its replies carry whatever the mount allows, such as <c>Location</c> or <c>Replay-Nonce</c>.</summary>
    public ImmutableArray<string> ReplyHeaders { get; init; } = [];

    /// <summary>May be called without a token.</summary>
    public bool Unauthenticated { get; init; }

    /// <summary>
    /// For a path that may be called without a token and answers more to a good one. The handler judges the token, and not the policies. The request does not spend
    /// a use of it, because clients ask such paths before the request that they mean.
    /// </summary>
    public bool SpendsNoUse { get; init; }

    /// <summary>Needs the <c>sudo</c> capability beside the operation's own.</summary>
    public bool Sudo { get; init; }

    /// <summary>A read may be written to as well, with parameters in the body: <c>aws/creds</c>.</summary>
    public bool AcceptsPost { get; init; }

    /// <summary>The handler of an operation, or null when the path does not support it.</summary>
    public Handler? HandlerOf(Operation operation) => operation switch
    {
        Operation.Read => Read,
        Operation.List => List,
        Operation.Create or Operation.Update => Write ?? (AcceptsPost ? Read : null),
        Operation.Patch => Patch,
        Operation.Delete => Delete,
        _ => null,
    };
}
