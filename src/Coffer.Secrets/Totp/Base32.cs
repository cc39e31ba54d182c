using System.Text;

namespace Coffer.Secrets.Totp;

/// <summary>Base32 (RFC 4648, section 6), as authenticators write keys: lower case is taken, padding may be left out.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Upper case, without padding.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(((bytes.Length * 8) + 4) / 5);
        int held = 0, bits = 0;
        foreach (var value in bytes)
        {
            held = ((held << 8) | value) & 0xFFF;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text.Append(Alphabet[(held >> (bits - 5)) & 31]);
            }
        }

        return bits == 0 ? text.ToString() : text.Append(Alphabet[(held << (5 - bits)) & 31]).ToString();
    }

    /// <summary>Decodes into pinned memory that belongs to the caller. Bits that are left over are dropped.</summary>
    /// <param name="problemAt">Where the text stops being base32, counted in characters from 0.</param>
    public static bool TryDecode(string text, out byte[] bytes, out int problemAt)
    {
        bytes = [];
        var symbols = text.AsSpan().TrimEnd('=');
        for (problemAt = 0; problemAt < symbols.Length; problemAt++)
        {
            if (ValueOf(symbols[problemAt]) < 0)
            {
                return false;
            }
        }

        // These lengths end in a symbol that completes no byte; padding fills up to a multiple of eight.
        var padding = text.Length - symbols.Length;
        if (symbols.Length % 8 is 1 or 3 or 6 || (padding > 0 && (padding > 6 || text.Length % 8 != 0)))
        {
            return false;
        }

        bytes = GC.AllocateUninitializedArray<byte>(symbols.Length * 5 / 8, pinned: true);
        int held = 0, bits = 0, written = 0;
        foreach (var symbol in symbols)
        {
            held = ((held << 5) | ValueOf(symbol)) & 0xFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[written++] = (byte)((held >> bits) & 0xFF);
            }
        }

        return true;
    }

    private static int ValueOf(char symbol) => symbol switch
    {
        >= 'A' and <= 'Z' => symbol - 'A',
        >= 'a' and <= 'z' => symbol - 'a',
        >= '2' and <= '7' => symbol - '2' + 26,
        _ => -1,
    };
}
