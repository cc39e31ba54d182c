using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Tidying;
using Coffer.Kernel.Tokens;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using static Coffer.Kernel.BuiltIn.Tokens.TokenFields;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>Revocations, and tidy.</summary>
internal sealed class TokenRevocation(TokenStore tokens, LeaseRevoker revoker, Tidy tidy)
{
    public ImmutableArray<EnginePath> Paths =>
    [
        new("revoke-self", "Revokes the caller's own token, its children and its leases.") { Write = SelfAsync },
        new("revoke-accessor", "Revokes a token by its accessor, with its children and its leases.") { Fields = [Accessor], Write = ByAccessorAsync },
        new("revoke-orphan", "Revokes a token alone; its children become orphans.") { Fields = [Token], Write = OrphaningAsync },
        new("revoke", "Revokes a token, its children and its leases.") { Fields = [Token], Write = ByTokenAsync },
        .. TidyPaths.Of("", "Looks through the token store for what should not be there.", tidy),
    ];

    private ValueTask<Reply> SelfAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var token = request.RequiredCaller.Token;
        return ValueTask.FromResult(token.IsBatch ? Reply.Invalid("batch tokens cannot be revoked") : Revoke(token.Accessor));
    }

    private async ValueTask<Reply> ByTokenAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var text = request.Get(Token);
        if (text.Length == 0)
        {
            return Reply.Invalid("missing token ID");
        }

        if (text.StartsWith(BatchTokens.Prefix, StringComparison.Ordinal))
        {
            return Reply.Invalid("batch tokens cannot be revoked");
        }

        var token = await tokens.FindAsync(request.Work, text, cancellation);
        return token is null ? Reply.Done : Revoke(token.Accessor);
    }

    private async ValueTask<Reply> ByAccessorAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var accessor = request.Get(Accessor);
        if (accessor.Length == 0)
        {
            return Reply.Invalid("missing accessor");
        }

        var token = await tokens.FindByAccessorAsync(request.Work, accessor, cancellation);
        return token is null ? new Reply.Empty { Warnings = ["No token found with this accessor"] } : Revoke(token.Accessor);
    }

    private async ValueTask<Reply> OrphaningAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var text = request.Get(Token);
        if (text.Length == 0)
        {
            return Reply.Invalid("missing token ID");
        }

        if (!request.CallerHasSudo)
        {
            return Reply.Invalid("root or sudo privileges required to revoke and orphan");
        }

        var token = await tokens.FindAsync(request.Work, text, cancellation);
        if (token is null)
        {
            return Reply.Invalid("token to revoke not found");
        }

        return Reply.Done.Then(async ct =>
        {
            await revoker.RevokeOrphaningAsync(token.Accessor, ct);
            return null;
        });
    }

    private Reply Revoke(string accessor) => Reply.Done.Then(async ct =>
    {
        await revoker.RevokeTokenAsync(accessor, ct);
        return null;
    });
}
