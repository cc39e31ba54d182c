using System.Text;
using Coffer.Secrets.Totp;

namespace Coffer.Secrets.Tests.Totp;

/// <summary>The examples that the standards print.</summary>
public class OneTimeCodeTests
{
    private const string Digits = "1234567890";

    /// <summary>RFC 4226, appendix D: counters from 0.</summary>
    private static readonly string[] ByCounter =
        ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];

    /// <summary>RFC 6238, appendix B: seconds since 1970, and the codes of each hash function.</summary>
    private static readonly (long Time, string Sha1, string Sha256, string Sha512)[] ByTime =
    [
        (59, "94287082", "46119246", "90693936"),
        (1111111109, "07081804", "68084774", "25091201"),
        (1111111111, "14050471", "67062674", "99943326"),
        (1234567890, "89005924", "91819424", "93441116"),
        (2000000000, "69279037", "90698825", "38618901"),
        (20000000000, "65353130", "77737706", "47863826"),
    ];

    [Fact]
    public void The_ten_codes_of_rfc_4226_come_out()
    {
        var codes = Enumerable.Range(0, 10).Select(counter => Code(Secret(20), "SHA1", counter, 6)).ToArray();

        Assert.Equal(10, ByCounter.Length);
        Assert.Equal(ByCounter, codes);
    }

    [Fact]
    public void The_eighteen_codes_of_rfc_6238_come_out()
    {
        var codes = ByTime.SelectMany(row => new[]
        {
            (Want: row.Sha1, Got: KeyOf("SHA1", 20).CodeAt(row.Time)),
            (Want: row.Sha256, Got: KeyOf("SHA256", 32).CodeAt(row.Time)),
            (Want: row.Sha512, Got: KeyOf("SHA512", 64).CodeAt(row.Time)),
        }).ToArray();

        Assert.Equal(18, codes.Length);
        Assert.All(codes, code => Assert.Equal(code.Want, code.Got));
    }

    [Fact]
    public void A_key_with_an_unknown_hash_function_is_damaged() =>
        Assert.Throws<InvalidDataException>(() => Code(Secret(20), "MD5", 0, 6));

    private static TotpKey KeyOf(string algorithm, int length) =>
        new() { Secret = Secret(length), Algorithm = algorithm, Digits = 8, Period = 30 };

    /// <summary>The digits over and over, as the standard's own program has them.</summary>
    private static byte[] Secret(int length) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Digits, 7))[..length]);

    private static string Code(byte[] secret, string algorithm, long counter, int digits)
    {
        var code = new byte[digits];
        OneTimeCode.Write(secret, algorithm, counter, code);
        return Encoding.ASCII.GetString(code);
    }
}
