using System.Collections.Immutable;

namespace Coffer.Kernel.Mounts;

/// <summary>When users of a mount are locked out, complete.</summary>
/// <param name="Threshold">Failed logins in a row after which a user is locked out.</param>
/// <param name="Duration">How long a lockout lasts after the last failure that counted.</param>
/// <param name="CounterReset">After how long without a failure the count starts again.</param>
public sealed record LockoutSettings(long Threshold, TimeSpan Duration, TimeSpan CounterReset, bool Disabled)
{
    /// <summary>Vault's.</summary>
    public static LockoutSettings Standard { get; } = new(5, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15), Disabled: false);
}

/// <summary>What a mount, or the configuration for a type of mounts, says differently. Null: nothing.</summary>
public sealed record LockoutChanges
{
    public long? Threshold { get; init; }

    public TimeSpan? Duration { get; init; }

    public TimeSpan? CounterReset { get; init; }

    public bool? Disabled { get; init; }

    public LockoutSettings Over(LockoutSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new(Threshold ?? settings.Threshold, Duration ?? settings.Duration, CounterReset ?? settings.CounterReset, Disabled ?? settings.Disabled);
    }
}

/// <summary>The configuration's <c>user_lockout</c> blocks, by type of auth method; <c>all</c> holds for those without a block of their own.</summary>
public sealed record LockoutConfiguration
{
    public ImmutableDictionary<string, LockoutChanges> Blocks { get; init; } = ImmutableDictionary<string, LockoutChanges>.Empty;

    /// <summary>What holds for a mount: its own settings, then its type's block, then that of all, then the standard.</summary>
    public LockoutSettings For(string type, LockoutChanges? mount)
    {
        var settings = (Blocks.GetValueOrDefault("all") ?? new LockoutChanges()).Over(LockoutSettings.Standard);
        settings = (Blocks.GetValueOrDefault(type) ?? new LockoutChanges()).Over(settings);
        return mount?.Over(settings) ?? settings;
    }
}
