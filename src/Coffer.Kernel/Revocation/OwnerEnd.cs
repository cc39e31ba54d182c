using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Revocation;

/// <summary>
/// When the token that a lease ends with is gone: for good, however often it is renewed, and as it is now, if nobody renews it. Null where no such time
/// is fixed.
/// </summary>
internal static class OwnerEnd
{
    /// <summary>Parents that are looked at. A deeper one may end a lease earlier than its answer says; the lease then ends with it all the same.</summary>
    private const int ParentsMax = 64;

    /// <summary>The hard end of the owner of a lease.</summary>
    public static async ValueTask<DateTimeOffset?> OfAsync(UnitOfWork work, Router router, LeaseRecord lease, CancellationToken cancellation)
    {
        var token = lease.Owner.Length > 0 ? await TokenStore.GetAnyAsync(work, lease.Owner, cancellation) : null;
        return Earlier(lease.OwnerEnd, token is null ? null : await OfAsync(work, router, token, cancellation));
    }

    /// <summary>The hard end of a token, or of the first among its parents to end, since it ends with each of them.</summary>
    public static async ValueTask<DateTimeOffset?> OfAsync(UnitOfWork work, Router router, TokenRecord token, CancellationToken cancellation)
    {
        DateTimeOffset? end = null;
        TokenRecord? next = token;
        for (var looked = 0; next is { } current && looked <= ParentsMax; looked++)
        {
            var role = current.Role.Length > 0 ? await TokenStore.FindRoleAsync(work, current.Role, cancellation) : null;
            var mount = router.FindByUuid(current.MountUuid)?.View.MaxLeaseTtl ?? TimeSpan.MaxValue;
            end = Earlier(end, HardEnd(current, role, mount));
            next = current.Orphan ? null : await TokenStore.GetAnyAsync(work, current.Parent, cancellation);
        }

        return end;
    }

    /// <summary>When the owner of a lease ends if nobody renews a token: the first of it and its parents. Null where none of them has an end.</summary>
    public static async ValueTask<DateTimeOffset?> PresentAsync(UnitOfWork work, LeaseRecord lease, CancellationToken cancellation)
    {
        var token = lease.Owner.Length > 0 ? await TokenStore.GetAnyAsync(work, lease.Owner, cancellation) : null;
        return Earlier(lease.OwnerEnd, token is null ? null : await PresentAsync(work, token, cancellation));
    }

    /// <summary>When a token ends if nobody renews it or one of its parents.</summary>
    public static async ValueTask<DateTimeOffset?> PresentAsync(UnitOfWork work, TokenRecord token, CancellationToken cancellation)
    {
        DateTimeOffset? end = null;
        TokenRecord? next = token;
        for (var looked = 0; next is { } current && looked <= ParentsMax; looked++)
        {
            end = Earlier(end, current.ExpireTime);
            next = current.Orphan ? null : await TokenStore.GetAnyAsync(work, current.Parent, cancellation);
        }

        return end;
    }

    /// <summary>The hard end of the first among a token's parents to end. A token ends with each of them, whatever it was given itself.</summary>
    public static async ValueTask<DateTimeOffset?> OfParentsAsync(UnitOfWork work, Router router, TokenRecord token, CancellationToken cancellation) =>
        !token.Orphan && await TokenStore.GetAnyAsync(work, token.Parent, cancellation) is { } parent ? await OfAsync(work, router, parent, cancellation) : null;

    /// <summary>The token with its true end: its own, or that of its parents where it comes first, since what limits them may have changed.</summary>
    public static async ValueTask<TokenRecord> WithTrueEndAsync(UnitOfWork work, Router router, TokenRecord token, CancellationToken cancellation) =>
        token.ExpireTime is { } own && await OfParentsAsync(work, router, token, cancellation) is { } end && end < own
            ? token with { ExpireTime = end, LimitedBy = TtlBound.Token }
            : token;

    /// <summary>The last moment to which renewals can bring one token, its parents apart.</summary>
    /// <param name="mountMax">The effective maximum of the mount that it comes from.</param>
    internal static DateTimeOffset? HardEnd(TokenRecord token, TokenRole? role, TimeSpan mountMax)
    {
        if (token.ExpireTime is not { } present)
        {
            return null;
        }

        if (!token.Renewable)
        {
            return present;
        }

        var max = Least(token.ExplicitMaxTtl, role?.ExplicitMaxTtl ?? TimeSpan.Zero);
        if (token.Period == TimeSpan.Zero && role is not { Period.Ticks: > 0 })
        {
            max = Least(Least(max, token.MaxTtl), mountMax);
        }

        // A maximum that was lowered since takes nothing away that was given.
        return max == TimeSpan.Zero || max > DateTimeOffset.MaxValue - token.IssueTime ? null
            : token.IssueTime + max > present ? token.IssueTime + max
            : present;
    }

    /// <summary>Zero means none.</summary>
    private static TimeSpan Least(TimeSpan one, TimeSpan other) =>
        one == TimeSpan.Zero ? other : other == TimeSpan.Zero || one < other ? one : other;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}
