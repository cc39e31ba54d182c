namespace Coffer.Sdk.Primitives;

/// <summary>Random identifiers in the alphabets that Vault's clients expect.</summary>
public static class RandomText
{
    private const string Alphabet62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Base-62 text of the given length; each character carries 5.95 unbiased bits.</summary>
    public static string Base62(this IRandom random, int length) =>
        string.Create(length, random, static (span, source) =>
        {
            Span<byte> bytes = stackalloc byte[64];
            var filled = 0;
            while (filled < span.Length)
            {
                source.Fill(bytes);
                foreach (var value in bytes)
                {
                    // 248 is the largest multiple of 62 in a byte: above it, a remainder would favour the first letters.
                    if (value < 248 && filled < span.Length)
                    {
                        span[filled++] = Alphabet62[value % 62];
                    }
                }
            }
        });

    /// <summary>Four random bytes as eight hexadecimal digits in lower case.</summary>
    public static string Hex8(this IRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>A random UUID (RFC 9562 version 4) in lower-case text form.</summary>
    public static string Uuid(this IRandom random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>Milliseconds since the Unix epoch as eight base-62 characters; text order is time order until the year 8888.</summary>
    public static string TimeOrdered(DateTimeOffset time) =>
        string.Create(8, time.ToUnixTimeMilliseconds(), static (span, rest) =>
        {
            for (var i = span.Length - 1; i >= 0; i--)
            {
                span[i] = Alphabet62[(int)(rest % 62)];
                rest /= 62;
            }
        });
}
