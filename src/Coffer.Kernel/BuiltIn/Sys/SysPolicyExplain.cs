using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Policies;
using Coffer.Policies.Explain;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>
/// Why a request was refused, or what would come of one. <c>sys/policies/explain</c> is root-protected and tells about anybody;
/// <c>sys/policies/explain-self</c> is in the default policy and tells about the caller's own token only, which learns little more from it than
/// <c>sys/internal/ui/resultant-acl</c> shows it already: also whether the engine at a path tells a create from an update.
/// </summary>
internal sealed class SysPolicyExplain(RecentDecisions decisions, Authenticator who, TokenStore tokens, IdentityResolver identities)
{
    private static readonly Field<string> RequestId = Field.Text("request_id", "A recent request: why it was allowed or refused.");
    private static readonly Field<string> Token = Field.Secret("token", "Whose policies; without token and accessor the caller's own.");
    private static readonly Field<string> Accessor = Field.Text("accessor", "Names the token by its accessor.");
    private static readonly Field<string> PathField = Field.Text("path", "What would be asked for, such as secret/data/app.");
    private static readonly Field<string> OperationField = Field.Text("operation", $"What would be done: {OperationWords.Known}.", "read");
    private static readonly Field<JsonElement> Parameters = Field.Object("parameters", "The parameters that would be sent; only rules about parameters look at them.");
    private static readonly Field<TimeSpan> WrapTtl = Field.Duration("wrap_ttl", "How long the reply would be wrapped. Zero: not at all.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("policies/explain", "Explains why a request was allowed or refused, or what would come of one.")
        {
            Fields = [RequestId, Token, Accessor, PathField, OperationField, Parameters, WrapTtl],
            Sudo = true,
            Write = ExplainAsync,
        },
        new("policies/explain-self", "Explains requests of the caller's own token.")
        {
            Fields = [RequestId, PathField, OperationField, Parameters, WrapTtl],
            Write = ExplainSelfAsync,
        },
    ];

    private ValueTask<Reply> ExplainSelfAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var caller = request.RequiredCaller;
        if (!request.Has(RequestId))
        {
            return AskAsync(request, new TokenLook(TokenState.Valid, caller.Token), caller.Acl, cancellation);
        }

        // The answer is the same for a request of another token and for one that is forgotten.
        return decisions.Find(request.Get(RequestId)) is { } decision && decision.Accessor == caller.Token.Accessor
            ? ShowAsync(request, decision, caller.Acl, cancellation)
            : ValueTask.FromResult(Forgotten());
    }

    private async ValueTask<Reply> ExplainAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (request.Has(RequestId))
        {
            return decisions.Find(request.Get(RequestId)) is { } decision
                ? await ShowAsync(request, decision, null, cancellation)
                : Forgotten();
        }

        if (request.Get(Token).Length > 0 && request.Get(Accessor).Length > 0)
        {
            return Reply.Invalid("token and accessor name the same thing: give one of them");
        }

        var look = request.Get(Token).Length > 0 ? await who.LookAsync(request.Work, request.Get(Token), cancellation)
            : request.Get(Accessor).Length > 0 ? await ByAccessorAsync(request, cancellation)
            : new TokenLook(TokenState.Valid, request.RequiredCaller.Token);
        return await AskAsync(request, look, null, cancellation);
    }

    private static Reply Forgotten() => Reply.Refuse(
        ErrorKind.NotFound, "no such request is remembered: this server keeps the latest in its memory, until it is sealed. Ask with path and operation instead");

    private async ValueTask<TokenLook> ByAccessorAsync(KernelRequest request, CancellationToken cancellation) =>
        await TokenStore.GetAnyAsync(request.Work, request.Get(Accessor), cancellation) is { } record
            ? new TokenLook(tokens.StateOf(record), record)
            : TokenLook.Unknown;

    /// <summary>What would come of a request, as policies and identity are now.</summary>
    /// <param name="seenBy">What the asker may see, when that is less than all.</param>
    private async ValueTask<Reply> AskAsync(KernelRequest request, TokenLook look, Acl? seenBy, CancellationToken cancellation)
    {
        if (request.Get(PathField).Length == 0)
        {
            return Reply.Invalid("request_id must be given, or path");
        }

        if (!CanonicalPath.TryParse(request.Get(PathField).TrimStart('/'), out var path, out var problem))
        {
            return Reply.Invalid($"path: {problem}");
        }

        if (!OperationWords.TryParse(request.Get(OperationField), out var operation))
        {
            return Reply.Invalid($"operation must be {OperationWords.Known}");
        }

        var route = request.Router.Route(path, operation == AclOperation.List);
        var full = route.FullPath;
        var unknown = new Explanation { Time = request.Now, Path = full, Operation = OperationWords.Of(operation), Token = look.State };
        if (look.Record is not { } token)
        {
            return await ShowAsync(request, unknown, seenBy, cancellation);
        }

        var identity = await identities.FindAsync(request.Work, token.EntityId, cancellation);
        var known = Owned(unknown, token, identity);
        if (look.State != TokenState.Valid || identity is null)
        {
            var state = look.State == TokenState.Valid ? TokenState.EntityDisabled : look.State;
            return await ShowAsync(request, known with { Token = state }, seenBy, cancellation);
        }

        var acl = await who.AclOfAsync(request.Work, token, identity, cancellation);
        JsonElement? data = request.Has(Parameters) ? request.Get(Parameters) : null;
        TimeSpan? wrap = request.Get(WrapTtl) > TimeSpan.Zero ? request.Get(WrapTtl) : null;
        var ask = route.Ask(operation) with { Data = data, WrapTtl = wrap };
        var explained = Explanation.Of(acl.Decide(ask), acl, ask, OperationWords.Of(operation), request.Now);
        return await ShowAsync(request, Owned(explained, token, identity), seenBy, cancellation);
    }

    private static Explanation Owned(Explanation decision, TokenRecord token, CallerIdentity? identity) => decision with
    {
        Accessor = token.Accessor,
        EntityId = identity?.EntityId ?? token.EntityId,
        TokenPolicies = token.Policies,
        IdentityPolicies = token.IsRoot ? [] : identity?.Origins ?? [],
    };

    private static async ValueTask<Reply> ShowAsync(KernelRequest request, Explanation decision, Acl? seenBy, CancellationToken cancellation)
    {
        var there = new HashSet<string>(StringComparer.Ordinal) { PolicyName.Root.Value };
        foreach (var name in decision.TokenPolicies.Concat(decision.IdentityPolicies.Select(origin => origin.Policy)))
        {
            if (await PolicyStore.GetAsync(request.Work, name, cancellation) is not null)
            {
                there.Add(name);
            }
        }

        var hint = decision.IsAllowed ? "" : Hint(request, decision.Path, seenBy);
        return new Reply.Data(decision.ToJson(there.Contains, hint));
    }

    /// <summary>The usual mistake: the path of a version 2 store as the command line takes it, without the part that the API wants.</summary>
    private static string Hint(KernelRequest request, string path, Acl? seenBy)
    {
        var mounted = request.Router.Find(path, out var below);
        if (mounted?.Mount is not { } mount || mounted.Type.Folders(mount.Options) is not { } folders
            || (seenBy is not null && !SysUi.Sees(seenBy, mount))
            || (mounted.Paths.TryMatch(below, listing: false, out var found) && !found.Path.Undocumented))
        {
            return "";
        }

        return $"{mount.Path} is {folders.Kind}: the API reads and writes at {mount.Path}{folders.Data}/{below}, and lists at {mount.Path}{folders.Metadata}/{below}";
    }
}
