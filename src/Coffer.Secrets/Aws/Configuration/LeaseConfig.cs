namespace Coffer.Secrets.Aws.Configuration;

/// <summary>How long credentials of IAM users live: <c>config/lease</c>. Zero means the mount's own.</summary>
internal sealed record LeaseConfig(TimeSpan Lease, TimeSpan LeaseMax)
{
    public const string Key = "config/lease";

    /// <summary>What holds as long as nothing was written.</summary>
    public static LeaseConfig Default { get; } = new(TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>These times, or a role's own where it has them.</summary>
    public LeaseConfig Under(TimeSpan roleTtl, TimeSpan roleMax) =>
        new(roleTtl > TimeSpan.Zero ? roleTtl : Lease, roleMax > TimeSpan.Zero ? roleMax : LeaseMax);

    /// <summary>The longest life with all renewals, under a mount's maximum.</summary>
    public TimeSpan EffectiveMax(TimeSpan mountMax) => LeaseMax > TimeSpan.Zero && LeaseMax < mountMax ? LeaseMax : mountMax;
}
