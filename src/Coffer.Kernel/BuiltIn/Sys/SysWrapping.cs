using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Background;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Wrapping;
using Coffer.Policies;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Response wrapping by hand: wrap, look at, open and renew what was wrapped.</summary>
internal sealed class SysWrapping(TokenStore tokens, Authenticator who, SystemTtl systemTtl, DueSignal due)
{
    private const string Unknown = "wrapping token is not valid or does not exist";

    private static readonly Field<string> Token = Field.Text("token", "The wrapping token; none: the request's own token.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("wrapping/wrap", "Wraps the data that is sent; the time to live comes in the X-Vault-Wrap-TTL header.") { Write = WrapAsync, TakesAnyInput = true },
        new("wrapping/lookup", "Shows when and for what a wrapping token was made, without using it up.")
        {
            Fields = [Token], Read = LookupAsync, Write = LookupAsync, Unauthenticated = true,
        },
        new("wrapping/unwrap", "Gives what a wrapping token holds, once.") { Fields = [Token], Write = UnwrapAsync, Unauthenticated = true },
        new("wrapping/rewrap", "Moves what a wrapping token holds to a new one.") { Fields = [Token], Write = RewrapAsync },
    ];

    private static ValueTask<Reply> WrapAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        return ValueTask.FromResult<Reply>(request.Api.WrapTtl is null
            ? Reply.Invalid("endpoint requires response wrapping to be used")
            : new Reply.Data(request.Data.ValueKind == JsonValueKind.Object ? JsonText.From(request.Data) : default));
    }

    private async ValueTask<Reply> LookupAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var found = await WrappingTokens.FindAsync(request.Work, tokens, TokenOf(request), cancellation);
        return found is not { Held: var held } ? Reply.Invalid(Unknown) : Reply.With(json =>
        {
            json.WriteNumber("creation_ttl", (long)held.Ttl.TotalSeconds);
            json.WriteString("creation_time", Rfc3339.Format(held.CreationTime));
            json.WriteString("creation_path", held.CreationPath);
        });
    }

    /// <summary>A caller that sends a wrapping token as its own needs nothing else; one that names it in the body needs the right to do so.</summary>
    private async ValueTask<Reply> UnwrapAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (request.Has(Token) && request.Get(Token).Trim().Length == 0)
        {
            return Reply.Invalid("error validating wrapping token: empty token in request body");
        }

        if (request.Has(Token) && request.Get(Token) != request.Api.Token && !await MayAsync(request, cancellation))
        {
            return new Reply.Refused(ApiError.PermissionDenied);
        }

        var found = await WrappingTokens.FindAsync(request.Work, tokens, TokenOf(request), cancellation);
        if (found is not var (token, held) || await WrappingTokens.ResponseAsync(request.Work, token, cancellation) is not { } response)
        {
            return Reply.Invalid(Unknown);
        }

        await WrappingTokens.ConsumeAsync(request.Work, token, cancellation);
        return new Reply.Data(JsonText.FromValid(response))
            .Shaped(new ReplyShape { Bare = true })
            .Entrusting(held.Entrusts ?? Entrusted.Nothing);
    }

    private async ValueTask<Reply> RewrapAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var found = await WrappingTokens.FindAsync(request.Work, tokens, TokenOf(request), cancellation);
        if (found is not var (token, held) || await WrappingTokens.ResponseAsync(request.Work, token, cancellation) is not { } response)
        {
            return Reply.Invalid(Unknown);
        }

        // A longer life is not granted: the client that wrapped the answer decided how long it may wait.
        var ttl = request.Api.WrapTtl is { } asked && asked < held.Ttl ? asked : held.Ttl;
        await WrappingTokens.ConsumeAsync(request.Work, token, cancellation);
        var info = await WrappingTokens.IssueAsync(
            request.Work, tokens, systemTtl, request.Now, response, held.CreationPath, ttl, held.Entrusts ?? Entrusted.Nothing, cancellation);
        return Reply.Done
            .Shaped(new ReplyShape { Wrap = info })
            .Entrusting((held.Entrusts ?? Entrusted.Nothing) with { WrapAccessor = info.Accessor })
            .Then(() => due.Add(info.CreationTime + info.Ttl));
    }

    private async ValueTask<bool> MayAsync(KernelRequest request, CancellationToken cancellation)
    {
        var caller = await who.FindAsync(request.Work, request.Api.Token, request.RemoteAddress, spend: true, cancellation);
        return caller is not null
            && caller.Acl.Decide(new AclRequest(request.Api.Path.Text, AclOperation.Update, request.Data, request.Api.WrapTtl)).IsAllowed;
    }

    private static string TokenOf(KernelRequest request) => request.Get(Token).Length > 0 ? request.Get(Token).Trim() : request.Api.Token;
}
