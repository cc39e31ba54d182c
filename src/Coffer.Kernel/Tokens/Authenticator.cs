using Coffer.Kernel.Identity;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Transactions;
using Coffer.Policies;
using Coffer.Policies.Explain;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Tokens;

/// <summary>Turns a token's text into a caller, inside a unit of work.</summary>
public sealed class Authenticator(TokenStore tokens, BatchTokens batch, PolicyStore policies, IdentityResolver identities)
{
    /// <summary>
    /// The caller, or null: no token, a wrong one, an expired one, one used from where it may not be, or one whose entity is disabled or gone.
    /// </summary>
    /// <param name="spend">Takes one use off a token that has a number of them; the last one also begins its end.</param>
    public async ValueTask<Caller?> FindAsync(
        UnitOfWork work, string text, string remoteAddress, bool spend, CancellationToken cancellation) =>
        (await IdentifyAsync(work, text, remoteAddress, spend, cancellation)).Caller;

    /// <summary>The same with the reason: for those who record it. Clients never see it.</summary>
    public async ValueTask<Identified> IdentifyAsync(
        UnitOfWork work, string text, string remoteAddress, bool spend, CancellationToken cancellation)
    {
        var look = await LookAsync(work, text, cancellation);
        if (look.Live is not { } token)
        {
            return new Identified(look, null);
        }

        if (!Cidr.Admits(token.BoundCidrs, remoteAddress))
        {
            return new Identified(look with { State = TokenState.WrongNetwork }, null);
        }

        if (await identities.FindAsync(work, token.EntityId, cancellation) is not { } identity)
        {
            return new Identified(look with { State = TokenState.EntityDisabled }, null);
        }

        if (spend && token.NumUses > 0)
        {
            token = Spend(work, token);
        }

        var acl = await AclOfAsync(work, token, identity, cancellation);
        return new Identified(look, new Caller(token, text, acl, identity));
    }

    /// <summary>What is found under a token's text, of either kind.</summary>
    public ValueTask<TokenLook> LookAsync(UnitOfWork work, string text, CancellationToken cancellation) =>
        text.StartsWith(BatchTokens.Prefix, StringComparison.Ordinal)
            ? batch.LookAsync(work, text, tokens, cancellation)
            : tokens.LookAsync(work, text, cancellation);

    /// <summary>What a token allows at this moment; null when its entity is disabled or gone.</summary>
    public async ValueTask<Acl?> AclOfAsync(UnitOfWork work, TokenRecord token, CancellationToken cancellation) =>
        await identities.FindAsync(work, token.EntityId, cancellation) is { } identity ? await AclOfAsync(work, token, identity, cancellation) : null;

    /// <summary>What a token allows, with the identity already found.</summary>
    internal ValueTask<Acl> AclOfAsync(UnitOfWork work, TokenRecord token, CallerIdentity identity, CancellationToken cancellation) =>
        // A root token allows everything by itself: a set of names that holds others beside root would be another set.
        policies.AclOfAsync(work, token.IsRoot ? token.Policies : Caller.Union(token.Policies, identity.Policies), identity.Values, cancellation);

    private TokenRecord Spend(UnitOfWork work, TokenRecord token)
    {
        var last = token.NumUses == 1;

        // The request that spends the last use also ends the token; should it die before it does, the janitor takes it up.
        var spent = last ? token with { NumUses = -1, Revoking = true, Due = tokens.TakeUpTime } : token with { NumUses = token.NumUses - 1 };
        TokenStore.Put(work, token, spent);
        return spent;
    }
}

/// <summary>How a token was taken.</summary>
/// <param name="Look">What was found under its text.</param>
/// <param name="Caller">Null unless it is good.</param>
public readonly record struct Identified(TokenLook Look, Caller? Caller);
