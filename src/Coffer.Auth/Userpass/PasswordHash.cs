using System.Security.Cryptography;
using System.Text;
using Coffer.Sdk.Primitives;

namespace Coffer.Auth.Userpass;

/// <summary>A password, of which only a slow, salted hash is kept: PBKDF2 with HMAC-SHA-512 (RFC 8018).</summary>
/// <param name="Salt">Random, for each password its own.</param>
/// <param name="Rounds">Kept with each hash, so that it can be raised for new ones.</param>
internal sealed record PasswordHash(byte[] Salt, int Rounds, byte[] Hash)
{
    /// <summary>OWASP's advice for this function: some tens of milliseconds for one guess.</summary>
    private const int RoundsNow = 210_000;

    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Belongs to no password. Checking against it costs what checking against a real one does.</summary>
    public static PasswordHash OfNobody { get; } = new(new byte[SaltBytes], RoundsNow, new byte[HashBytes]);

    public static PasswordHash Of(string password, IRandom random)
    {
        var salt = new byte[SaltBytes];
        random.Fill(salt);
        return new PasswordHash(salt, RoundsNow, Derive(password, salt, RoundsNow));
    }

    public bool Fits(string password) => CryptographicOperations.FixedTimeEquals(Hash, Derive(password, Salt, Rounds));

    public override string ToString() => "PasswordHash(redacted)";

    private static byte[] Derive(string password, byte[] salt, int rounds)
    {
        var bytes = Encoding.UTF8.GetBytes(password);
        try
        {
            return Rfc2898DeriveBytes.Pbkdf2(bytes, salt, rounds, HashAlgorithmName.SHA512, HashBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
