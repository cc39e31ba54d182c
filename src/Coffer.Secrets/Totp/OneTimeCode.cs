using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Coffer.Secrets.Totp;

/// <summary>Codes by RFC 4226 with the hash functions of RFC 6238.</summary>
internal static class OneTimeCode
{
    /// <summary>Names of the hash functions, as clients and otpauth urls write them.</summary>
    public static ImmutableArray<string> Algorithms { get; } = ["SHA1", "SHA256", "SHA512"];

    /// <summary>Writes the code of a counter in ASCII digits, with leading zeros.</summary>
    /// <param name="secret">The shared key.</param>
    /// <param name="algorithm">One of <see cref="Algorithms"/>.</param>
    /// <param name="counter">The number of the period, not negative.</param>
    /// <param name="code">As long as the code: 1 to 9 digits.</param>
    /// <exception cref="InvalidDataException">The algorithm is none of those.</exception>
    public static void Write(ReadOnlySpan<byte> secret, string algorithm, long counter, Span<byte> code)
    {
        Span<byte> message = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(message, counter);
        Span<byte> mac = stackalloc byte[HMACSHA512.HashSizeInBytes];
        var length = algorithm switch
        {
#pragma warning disable CA5350 // The standard asks for SHA-1, and most authenticators know nothing else. HMAC does not need a hash without collisions.
            "SHA1" => HMACSHA1.HashData(secret, message, mac),
#pragma warning restore CA5350
            "SHA256" => HMACSHA256.HashData(secret, message, mac),
            "SHA512" => HMACSHA512.HashData(secret, message, mac),
            _ => throw new InvalidDataException("a key names an unknown hash function: it was written by a newer version, or is damaged"),
        };

        // The last four bits say where the number begins (RFC 4226, section 5.3).
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[length - 1] & 15)..]) & int.MaxValue;
        CryptographicOperations.ZeroMemory(mac);
        for (var i = code.Length - 1; i >= 0; i--)
        {
            code[i] = (byte)('0' + (number % 10));
            number /= 10;
        }
    }
}
