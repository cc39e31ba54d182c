using System.Collections.Immutable;
using System.Diagnostics;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Open;

/// <summary>A path that is answered without a token, and on a sealed server too: a row of <see cref="OpenPaths"/>.</summary>
/// <param name="Name">The path below <c>sys/</c>.</param>
/// <param name="Synopsis">One sentence for help and OpenAPI.</param>
internal sealed record OpenPath(string Name, string Synopsis)
{
    public ImmutableArray<Field> Fields { get; init; } = [];

    public OpenHandler? Read { get; init; }

    public OpenHandler? Write { get; init; }

    /// <summary>Takes HEAD as a read, for load balancers that ask by it.</summary>
    public bool TakesHead { get; init; }

    /// <summary>Which requests are answered here; the others go on to the mount. Null: all of them.</summary>
    public Func<ApiRequest, bool>? Where { get; init; }

    /// <summary>Who sends the body of a write. Null: a stranger.</summary>
    public Func<OpenServer, CancellationToken, ValueTask<BodySender>>? Sender { get; init; }

    /// <summary>What help and the OpenAPI document say of it, as a row of the mount <c>sys/</c>. No request comes as far as its handlers.</summary>
    public EnginePath Declared => new(Name, Synopsis)
    {
        Fields = Fields,
        Read = Read is null ? null : Elsewhere,
        Write = Write is null ? null : Elsewhere,
        Unauthenticated = true,
    };

    public OpenHandler? HandlerOf(Operation operation) => operation switch
    {
        Operation.Read => Read,
        Operation.Update => Write,
        _ => null,
    };

    private static ValueTask<Reply> Elsewhere(EngineRequest request, CancellationToken cancellation) =>
        throw new UnreachableException("open paths are answered before anything is routed");
}
