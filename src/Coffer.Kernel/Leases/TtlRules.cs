using System.Collections.Immutable;
using Coffer.Text;

namespace Coffer.Kernel.Leases;

/// <summary>How long something may live from now, and the warning that the client gets about it.</summary>
/// <param name="Warning">Null when it got what it asked for.</param>
/// <param name="Bound">What decided it.</param>
public readonly record struct GrantedTtl(TimeSpan Ttl, string? Warning, TtlBound Bound = TtlBound.Lease)
{
    /// <summary>A token that ends within this, and before its lease, is worth a warning, although it can be renewed.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(10);

    /// <summary>The same, but no longer than the token that it ends with.</summary>
    /// <param name="ownerEnd">The token's hard end; null where it has none.</param>
    /// <param name="now">When it begins.</param>
    /// <param name="why">What the warning says of it.</param>
    public GrantedTtl Until(DateTimeOffset? ownerEnd, DateTimeOffset now, string why = "lease ends with its token")
    {
        if (ownerEnd is not { } end || end - now >= Ttl)
        {
            return this;
        }

        var left = end > now ? end - now : TimeSpan.Zero;

        // A client that is given nearly all is not bothered.
        var warning = left < Ttl * 0.9 ? $"{why}, in {TtlRules.Short(TimeSpan.FromSeconds((long)left.TotalSeconds))}" : null;
        return new GrantedTtl(left, warning, TtlBound.Token);
    }

    /// <summary>The warning of it, and one where the token that it ends with has to be renewed soon. Vault warns of neither, so a usual answer has none.</summary>
    /// <param name="end">The lease's own.</param>
    /// <param name="ownerPresentEnd">When its token ends unless it is renewed; null where it has no end.</param>
    /// <param name="now">When it begins.</param>
    public ImmutableArray<string> WarningsBeside(LeaseEnd end, DateTimeOffset? ownerPresentEnd, DateTimeOffset now)
    {
        ImmutableArray<string> own = Warning is null ? [] : [Warning];
        return ownerPresentEnd is { } present && present > now && present - now < Soon && present - now < (end.ExpireTime - now) * 0.9
            ? own.Add($"lease ends with its token, in {TtlRules.Short(TimeSpan.FromSeconds((long)(present - now).TotalSeconds))}, unless the token is renewed")
            : own;
    }
}

/// <summary>What is asked for and what bounds it. Zero means: not given.</summary>
public readonly record struct TtlRequest
{
    /// <summary>What the client asked for.</summary>
    public TimeSpan Asked { get; init; }

    /// <summary>What the engine, the role or the last grant proposes.</summary>
    public TimeSpan Proposed { get; init; }

    /// <summary>The mount's effective default.</summary>
    public required TimeSpan Default { get; init; }

    /// <summary>The mount's effective maximum.</summary>
    public required TimeSpan Max { get; init; }

    /// <summary>The engine's, the role's or the token's own maximum.</summary>
    public TimeSpan OwnMax { get; init; }

    /// <summary>A maximum that holds for periodic tokens as well.</summary>
    public TimeSpan ExplicitMax { get; init; }

    /// <summary>Not zero: a renewal gives this, and only <see cref="ExplicitMax"/> ends it.</summary>
    public TimeSpan Period { get; init; }

    public required DateTimeOffset Issued { get; init; }

    public required DateTimeOffset Now { get; init; }
}

/// <summary>Vault's arithmetic of TTLs: pure, so that a table of cases can hold it.</summary>
public static class TtlRules
{
    public static GrantedTtl Grant(in TtlRequest request)
    {
        var max = Least(Least(request.Max, request.OwnMax), request.ExplicitMax);
        return request.Period > TimeSpan.Zero ? Periodic(request, max) : Ordinary(request, max);
    }

    /// <summary>Go's duration with its empty ends cut off: <c>768h</c>, <c>1h30m</c>, <c>45s</c>.</summary>
    public static string Short(TimeSpan duration)
    {
        var text = GoDuration.Format(duration);
        if (text.EndsWith("m0s", StringComparison.Ordinal))
        {
            text = text[..^2];
        }

        return text.EndsWith("h0m", StringComparison.Ordinal) ? text[..^2] : text;
    }

    private static GrantedTtl Ordinary(in TtlRequest request, TimeSpan max)
    {
        var wanted = request.Asked > TimeSpan.Zero ? request.Asked
            : request.Proposed > TimeSpan.Zero ? request.Proposed
            : request.Default;
        var left = request.Issued + max - request.Now;
        if (wanted <= left)
        {
            return new GrantedTtl(wanted, null);
        }

        // What is left of the maximum is never negative: at its end the lease ends.
        var granted = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        if (request.Asked == TimeSpan.Zero && request.Now != request.Issued)
        {
            // A renewal that asked for nothing gets no warning that it got less.
            return new GrantedTtl(granted, null, BoundOf(request, max));
        }

        return new GrantedTtl(granted, $"TTL of \"{Short(wanted)}\" exceeded the effective max_ttl of \"{Short(max)}\"; TTL value is capped accordingly", BoundOf(request, max));
    }

    private static GrantedTtl Periodic(in TtlRequest request, TimeSpan max)
    {
        // Only an explicit maximum counts from the start; the mount's bounds each period by itself.
        var left = request.Max;
        if (request.ExplicitMax > TimeSpan.Zero && request.Issued + request.ExplicitMax - request.Now is var rest && rest < left)
        {
            left = rest;
        }

        return request.Period <= left
            ? new GrantedTtl(request.Period, null)
            : new GrantedTtl(
                left > TimeSpan.Zero ? left : TimeSpan.Zero,
                $"period of \"{Short(request.Period)}\" exceeded the effective max_ttl of \"{Short(max)}\"; period value is capped accordingly",
                left < request.Max ? TtlBound.ExplicitMax : TtlBound.MountMax);
    }

    private static TtlBound BoundOf(in TtlRequest request, TimeSpan max) => request.ExplicitMax == max ? TtlBound.ExplicitMax
        : request.OwnMax == max && request.OwnMax < request.Max ? TtlBound.RoleMax
        : TtlBound.MountMax;

    private static TimeSpan Least(TimeSpan bound, TimeSpan other) => other != TimeSpan.Zero && other < bound ? other : bound;
}
