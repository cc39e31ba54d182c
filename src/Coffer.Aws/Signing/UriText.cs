using System.Text;

namespace Coffer.Aws.Signing;

/// <summary>Percent-encoding the way AWS canonicalises it: RFC 3986 unreserved bytes bare, everything else as upper-case %XX.</summary>
internal static class UriText
{
    private const string Hex = "0123456789ABCDEF";

    public static string Encode(string text, bool keepSlash = false) => Encode(Encoding.UTF8.GetBytes(text), keepSlash);

    public static string Encode(ReadOnlySpan<byte> bytes, bool keepSlash = false)
    {
        var encoded = new StringBuilder(bytes.Length + 16);
        foreach (var value in bytes)
        {
            var letter = (char)value;
            if (char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' or '~' || (keepSlash && letter == '/'))
            {
                encoded.Append(letter);
            }
            else
            {
                encoded.Append('%').Append(Hex[value >> 4]).Append(Hex[value & 15]);
            }
        }

        return encoded.ToString();
    }

    /// <summary>Undoes %XX; characters outside ASCII stand for their UTF-8 bytes. Throws <see cref="FormatException"/> on a broken escape.</summary>
    public static byte[] Decode(ReadOnlySpan<char> text, bool plusIsSpace)
    {
        var bytes = new List<byte>(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                {
                    throw new FormatException("a percent sign is not followed by two hexadecimal digits");
                }

                bytes.Add(byte.Parse(text.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null));
                i += 2;
            }
            else if (letter < 0x80)
            {
                bytes.Add(letter == '+' && plusIsSpace ? (byte)' ' : (byte)letter);
            }
            else if (Rune.DecodeFromUtf16(text[i..], out var rune, out var used) == System.Buffers.OperationStatus.Done)
            {
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
                i += used - 1;
            }
            else
            {
                throw new FormatException("the text is not valid UTF-16");
            }
        }

        return [.. bytes];
    }

    /// <summary>The decoded text, for parameters that are read rather than signed.</summary>
    public static string DecodeText(ReadOnlySpan<char> text) => Encoding.UTF8.GetString(Decode(text, plusIsSpace: true));
}
