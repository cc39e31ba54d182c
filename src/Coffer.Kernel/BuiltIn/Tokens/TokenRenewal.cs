using System.Collections.Immutable;
using Coffer.Kernel.Background;
using Coffer.Kernel.EngineStorage;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Replies;
using static Coffer.Kernel.BuiltIn.Tokens.TokenFields;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>Renewals: by the token itself, by its text, by its accessor.</summary>
internal sealed class TokenRenewal(Transactor transactions, TokenStore tokens, IdentityResolver identities, DueSignal due)
{
    public ImmutableArray<EnginePath> Paths =>
    [
        new("renew-self", "Renews the caller's own token.") { Fields = [Increment], Write = SelfAsync },
        new("renew-accessor", "Renews a token by its accessor.") { Fields = [Accessor, Increment], Write = ByAccessorAsync },
        new("renew", "Renews a token.") { Fields = [Token, Increment], Write = ByTokenAsync },
    ];

    private async ValueTask<Reply> SelfAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        return await RenewAsync(request, request.RequiredCaller.Token, request.RequiredCaller.Text, cancellation);
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
            return Reply.Invalid("batch tokens cannot be renewed");
        }

        var token = await tokens.FindAsync(request.Work, text, cancellation);
        return token is null ? Reply.Invalid("token not found") : await RenewAsync(request, token, text, cancellation);
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
        return token is null ? Reply.Invalid("invalid accessor") : await RenewAsync(request, token, "", cancellation);
    }

    private async ValueTask<Reply> RenewAsync(KernelRequest request, TokenRecord token, string text, CancellationToken cancellation)
    {
        if (token.IsBatch)
        {
            return Reply.Invalid("batch tokens cannot be renewed");
        }

        if (!token.Renewable || token.ExpireTime is null)
        {
            return Reply.Invalid("lease is not renewable");
        }

        if (request.Get(Increment) < TimeSpan.Zero)
        {
            return Reply.Invalid("increment must be positive");
        }

        var renewal = await AskMethodAsync(request, token, cancellation);
        if (renewal is LoginRenewal.Refused refused)
        {
            return new Reply.Refused(Refusals.NotRenewed(refused.Reason));
        }

        if (await FollowAsync(request, token, renewal as LoginRenewal.Granted, cancellation) is not { } identity)
        {
            return new Reply.Refused(ApiError.PermissionDenied);
        }

        var granted = await GrantAsync(request, token, renewal as LoginRenewal.Granted, cancellation);
        var renewed = token with
        {
            LastRenewal = request.Now,
            LastTtl = granted.Ttl,
            LimitedBy = granted.Bound,
            ExpireTime = request.Now + granted.Ttl,
            Due = request.Now + granted.Ttl,
        };
        TokenStore.Put(request.Work, token, renewed);
        return new Reply.Empty { Warnings = granted.Warning is null ? [] : [granted.Warning] }
            .Shaped(new ReplyShape { Auth = TokenIssuer.AuthOf(renewed, text, identity.Policies), End = renewed.End })
            .Then(() => due.Add(renewed.Due.Value));
    }

    /// <summary>What the method that gave the token says to it; null for a token that no login gave.</summary>
    private static async ValueTask<LoginRenewal?> AskMethodAsync(KernelRequest request, TokenRecord token, CancellationToken cancellation)
    {
        if (token.Internal is not { } known || request.Router.FindByUuid(token.MountUuid) is not { Engine: IAuthMethod method } mounted)
        {
            return null;
        }

        var storage = new StorageView(request.Work, mounted.Mount.Uuid);
        using var use = mounted.Instance.Enter();
        return await method.RenewAsync(new LoginRenewalRequest(storage, known, token.Policies, request.Now, request.Memory), cancellation);
    }

    /// <summary>The token's identity, after its external groups have followed what the method says; null when its entity is disabled or gone.</summary>
    private async ValueTask<CallerIdentity?> FollowAsync(
        KernelRequest request, TokenRecord token, LoginRenewal.Granted? login, CancellationToken cancellation)
    {
        if (login is { GroupAliases.IsDefault: false } && request.Router.FindByUuid(token.MountUuid)?.Mount is { } mount
            && await EntityStore.FindActingAsync(request.Work, token.EntityId, cancellation) is { } entity)
        {
            await IdentityLogin.FollowGroupsAsync(request.Work, entity, mount.Accessor, login.GroupAliases, cancellation);
        }

        return await identities.FindAsync(request.Work, token.EntityId, cancellation);
    }

    private async ValueTask<GrantedTtl> GrantAsync(
        KernelRequest request, TokenRecord token, LoginRenewal.Granted? login, CancellationToken cancellation)
    {
        var role = token.Role.Length > 0 ? await TokenStore.FindRoleAsync(request.Work, token.Role, cancellation) : null;
        var mount = request.Router.FindByUuid(token.MountUuid)?.View ?? request.Mount;
        var period = login?.Period ?? Least(token.Period, role?.Period ?? default);
        var granted = TtlRules.Grant(new TtlRequest
        {
            Asked = request.Get(Increment),
            Proposed = login is { Ttl: var ttl } && ttl > TimeSpan.Zero ? ttl : token.LastTtl,
            Default = mount.DefaultLeaseTtl,
            Max = mount.MaxLeaseTtl,
            OwnMax = login?.MaxTtl ?? token.MaxTtl,
            ExplicitMax = Least(token.ExplicitMaxTtl, role?.ExplicitMaxTtl ?? default),
            Period = period,
            Issued = token.IssueTime,
            Now = request.Now,
        });
        var end = await OwnerEnd.OfParentsAsync(transactions.Begin(), request.Router, token, cancellation);
        return granted.Until(end, request.Now, TokenTerms.EndsWithParent);
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) =>
        one == TimeSpan.Zero ? other : other == TimeSpan.Zero || one < other ? one : other;
}
