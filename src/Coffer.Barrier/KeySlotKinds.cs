namespace Coffer.Barrier;

/// <summary>The kinds of key slots: by what way the 32-byte key comes that wraps the root key.</summary>
public static class KeySlotKinds
{
    /// <summary>From key shares; parameters <see cref="SharesParameter"/> and <see cref="ThresholdParameter"/>.</summary>
    public const string Shamir = "shamir";

    /// <summary>From a file or an environment variable, see <see cref="StaticKey"/>.</summary>
    public const string Static = "static";

    /// <summary>Number of shares of a Shamir slot, in decimal.</summary>
    public const string SharesParameter = "shares";

    /// <summary>Shares needed of a Shamir slot, in decimal.</summary>
    public const string ThresholdParameter = "threshold";

    /// <summary>The parameters of a Shamir slot.</summary>
    public static IReadOnlyDictionary<string, string> ShamirParameters(int shares, int threshold) => new Dictionary<string, string>
    {
        [SharesParameter] = shares.ToString(System.Globalization.CultureInfo.InvariantCulture),
        [ThresholdParameter] = threshold.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
