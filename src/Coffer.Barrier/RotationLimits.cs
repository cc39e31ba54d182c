namespace Coffer.Barrier;

/// <summary>When the keyring is due for a new term.</summary>
public sealed record RotationLimits
{
    /// <summary>
    /// Encryptions under one term. Default 3,865,470,566, nine tenths of 2^32, as Vault's: random 96-bit nonces must not be used more often than
    /// 2^32 times with one key (NIST SP 800-38D, section 8.3). Counts survive a crash only roughly, which is what the tenth is for.
    /// </summary>
    public long OperationsMax { get; init; } = 3_865_470_566;

    /// <summary>Age of a term. Default null: no limit.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Everything wrong with these values, each line naming the setting. Empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (OperationsMax is < OperationsMin or > OperationsHardMax)
        {
            yield return $"max_operations must be between {OperationsMin:N0} and {OperationsHardMax:N0}";
        }

        if (Interval < IntervalMin)
        {
            yield return $"interval must be at least {IntervalMin.TotalHours:N0} hours, or absent";
        }
    }

    private const long OperationsMin = 1_000_000;
    private const long OperationsHardMax = 3_865_470_566;
    private static readonly TimeSpan IntervalMin = TimeSpan.FromHours(24);
}
