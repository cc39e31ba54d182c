using System.Text;
using System.Text.Json.Serialization;
using Coffer.Sdk.Storage;

namespace Coffer.Secrets.Totp;

/// <summary>A key as it is stored: the secret that an authenticator shares, and how codes are made of it.</summary>
internal sealed record TotpKey
{
    /// <summary>Where keys are kept: a listing is this folder.</summary>
    public const string Prefix = "keys/";

    /// <summary>The longest period in seconds: 100 years of 365 days.</summary>
    public const long PeriodMax = 100L * 365 * 24 * 60 * 60;

    [JsonPropertyName("secret")]
    public required byte[] Secret { get; init; }

    [JsonPropertyName("issuer")]
    public string Issuer { get; init; } = "";

    [JsonPropertyName("account_name")]
    public string AccountName { get; init; } = "";

    /// <summary>How long one code counts, in seconds, from 1 to <see cref="PeriodMax"/>.</summary>
    [JsonPropertyName("period")]
    public required long Period { get; init; }

    /// <summary>One of <see cref="OneTimeCode.Algorithms"/>.</summary>
    [JsonPropertyName("algorithm")]
    public required string Algorithm { get; init; }

    /// <summary>6 or 8.</summary>
    [JsonPropertyName("digits")]
    public required int Digits { get; init; }

    /// <summary>Most periods before and after the present one that can be taken as well.</summary>
    public const int SkewMax = 1;

    /// <summary>How many periods before and after the present one are taken as well: 0 to <see cref="SkewMax"/>.</summary>
    [JsonPropertyName("skew")]
    public int Skew { get; init; }

    public static ValueTask<TotpKey?> GetAsync(IStorageReader storage, string name, CancellationToken cancellation) =>
        storage.GetAsync(Prefix + name, TotpJson.Default.TotpKey, cancellation);

    /// <summary>The code of a moment.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public string CodeAt(long now)
    {
        Span<byte> code = stackalloc byte[Digits];
        OneTimeCode.Write(Secret, Algorithm, now / Period, code);
        return Encoding.ASCII.GetString(code);
    }

    /// <summary>
    /// When a code is not taken any more with the largest skew, in seconds since 1970; null when it is not the code of a period that counts now. It is the largest
    /// skew, not the key's, since the key may be written again with another one.
    /// </summary>
    /// <param name="code">As many ASCII digits as <see cref="Digits"/>.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <remarks>All periods are always compared, each in constant time, so that how long it takes does not depend on the code.</remarks>
    public long? EndOf(string code, long now)
    {
        Span<byte> sent = stackalloc byte[Digits];
        Encoding.ASCII.GetBytes(code, sent);
        Span<byte> right = stackalloc byte[Digits];
        long? end = null;
        var present = now / Period;
        for (var counter = Math.Max(0, present - Skew); counter <= present + Skew; counter++)
        {
            OneTimeCode.Write(Secret, Algorithm, counter, right);
            if (System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(right, sent))
            {
                end = (counter + SkewMax + 1) * Period;
            }
        }

        return end;
    }
}
