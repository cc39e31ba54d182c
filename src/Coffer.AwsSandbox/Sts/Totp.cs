using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Coffer.AwsSandbox.Sts;

/// <summary>The codes of a virtual MFA device: RFC 6238 with SHA-1, six digits, thirty seconds.</summary>
internal static class Totp
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>True for the code of this half minute and its neighbours. A device without a seed knows no codes.</summary>
    public static bool Matches(string seed, string code, DateTimeOffset now)
    {
        var step = now.ToUnixTimeSeconds() / 30;
        return seed.Length > 0 && (Code(seed, step) == code || Code(seed, step - 1) == code || Code(seed, step + 1) == code);
    }

    public static string Code(string seed, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // The standard asks for SHA-1, and so do the devices.
        var mac = HMACSHA1.HashData(Key(seed), counter);
#pragma warning restore CA5350
        var offset = mac[^1] & 15;
        var value = BinaryPrimitives.ReadInt32BigEndian(mac.AsSpan(offset, 4)) & int.MaxValue;
        return (value % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Key(string seed)
    {
        var bytes = new List<byte>();
        int bits = 0, held = 0;
        foreach (var letter in seed)
        {
            held = ((held << 5) | Alphabet.IndexOf(letter, StringComparison.Ordinal)) & 0xFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)((held >> bits) & 0xFF));
            }
        }

        return [.. bytes];
    }
}
