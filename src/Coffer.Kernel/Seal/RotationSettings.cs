using Coffer.Barrier;

namespace Coffer.Kernel.Seal;

/// <summary>When the keyring gets a new key by itself, as <c>sys/rotate/config</c> reads and writes it. Stored; immutable.</summary>
public sealed record RotationSettings
{
    internal const string StorageKey = "core/rotation";

    /// <summary>A new key comes only when it is asked for. Stored as the unusual case, which takes no space while it is not so.</summary>
    public bool Disabled { get; init; }

    /// <summary>Entries sealed under one key.</summary>
    public long MaxOperations { get; init; } = new RotationLimits().OperationsMax;

    /// <summary>Age of a key; zero: any.</summary>
    public TimeSpan Interval { get; init; }

    internal RotationLimits Limits => new() { OperationsMax = MaxOperations, Interval = Interval > TimeSpan.Zero ? Interval : null };
}
