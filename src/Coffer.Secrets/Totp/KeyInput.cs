using Coffer.Sdk.Replies;

namespace Coffer.Secrets.Totp;

/// <summary>What a request says of a key, in its fields and in an otpauth url; nothing is checked yet.</summary>
/// <param name="Key">The secret in base32; empty when there is none.</param>
/// <param name="Period">Seconds.</param>
internal sealed record KeyInput(string Key, string Issuer, string AccountName, long Period, string Algorithm, long Digits)
{
    /// <summary>The longest issuer or account name, in characters.</summary>
    public const int NameMax = 256;

    /// <summary>The longest key, in characters of base32.</summary>
    public const int KeyMax = 2048;

    /// <summary>Null, or why no key can be made of it.</summary>
    public Reply? Problem => this switch
    {
        { Digits: not (6 or 8) } => Reply.Invalid("the digits value can only be 6 or 8"),
        _ when !OneTimeCode.Algorithms.Contains(Algorithm) => Reply.Invalid("the algorithm value is not valid"),
        { Period: <= 0 } => Reply.Invalid("the period value must be greater than zero"),
        { Period: > TotpKey.PeriodMax } => Reply.Invalid("the period value must be at most 100 years"),
        { Key.Length: > KeyMax } => Reply.Invalid($"the key value must have at most {KeyMax} characters"),
        _ when !IsName(Issuer) => Reply.Invalid($"the issuer value must have at most {NameMax} characters, and no control characters"),
        _ when !IsName(AccountName) => Reply.Invalid($"the account_name value must have at most {NameMax} characters, and no control characters"),
        _ => null,
    };

    /// <summary>The key, once <see cref="Problem"/> is null.</summary>
    public TotpKey With(byte[] secret, long skew) => new()
    {
        Secret = secret,
        Issuer = Issuer,
        AccountName = AccountName,
        Period = Period,
        Algorithm = Algorithm,
        Digits = (int)Digits,
        Skew = (int)skew,
    };

    private static bool IsName(string text) => text.Length <= NameMax && !text.Any(char.IsControl);
}
