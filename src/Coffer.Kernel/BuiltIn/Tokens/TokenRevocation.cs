using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Tokens;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using static Coffer.Kernel.BuiltIn.Tokens.TokenFields;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>Revocations, and tidy.</summary>
internal static class TokenRevocation
{
    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("revoke-self", "Revokes the caller's own token, its children and its leases.") { Write = SelfAsync },
        new("revoke-accessor", "Revokes a token by its accessor, with its children and its leases.") { Fields = [Accessor], Write = ByAccessorAsync },
        new("revoke-orphan", "Revokes a token alone; its children become orphans.") { Fields = [Token], Write = OrphaningAsync },
        new("revoke", "Revokes a token, its children and its leases.") { Fields = [Token], Write = ByTokenAsync },
        .. TidyPaths.Of("", "Looks through the token store for what should not be there.", services => services.TokenTidy),
    ];

    private static ValueTask<Reply> SelfAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var token = request.RequiredCaller.Token;
        return ValueTask.FromResult(token.IsBatch ? Reply.Invalid("batch tokens cannot be revoked") : Revoke(request, token.Accessor));
    }

    private static async ValueTask<Reply> ByTokenAsync(EngineRequest engineRequest, CancellationToken cancellation)
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

        var token = await request.Services.Tokens.FindAsync(request.Work, text, cancellation);
        return token is null ? Reply.Done : Revoke(request, token.Accessor);
    }

    private static async ValueTask<Reply> ByAccessorAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var accessor = request.Get(Accessor);
        if (accessor.Length == 0)
        {
            return Reply.Invalid("missing accessor");
        }

        var token = await request.Services.Tokens.FindByAccessorAsync(request.Work, accessor, cancellation);
        return token is null ? new Reply.Empty { Warnings = ["No token found with this accessor"] } : Revoke(request, token.Accessor);
    }

    private static async ValueTask<Reply> OrphaningAsync(EngineRequest engineRequest, CancellationToken cancellation)
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

        var token = await request.Services.Tokens.FindAsync(request.Work, text, cancellation);
        if (token is null)
        {
            return Reply.Invalid("token to revoke not found");
        }

        return Reply.Done.Then(async ct =>
        {
            await request.Services.Revoker.RevokeOrphaningAsync(token.Accessor, ct);
            return null;
        });
    }

    private static Reply Revoke(KernelRequest request, string accessor) => Reply.Done.Then(async ct =>
    {
        await request.Services.Revoker.RevokeTokenAsync(accessor, ct);
        return null;
    });
}
