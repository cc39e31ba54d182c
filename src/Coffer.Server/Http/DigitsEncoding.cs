using System.Text;

namespace Coffer.Server.Http;

/// <summary>
/// Reads ASCII digits, and makes anything else unreadable. Kestrel reads the length of a body through it, and would else take <c>+9</c> for 9, which
/// the next reader on the way may take for none (RFC 9110, section 8.6: digits alone).
/// </summary>
internal sealed class DigitsEncoding : Encoding
{
    public static DigitsEncoding Instance { get; } = new();

    public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        if (bytes.Length > chars.Length)
        {
            // No length that fits a body has so many digits.
            chars[0] = '?';
            return 1;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            chars[i] = char.IsAsciiDigit((char)bytes[i]) ? (char)bytes[i] : '?';
        }

        return bytes.Length;
    }

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    public override int GetCharCount(byte[] bytes, int index, int count) => count;

    public override int GetMaxCharCount(int byteCount) => byteCount;

    public override int GetByteCount(char[] chars, int index, int count) => ASCII.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => ASCII.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => ASCII.GetMaxByteCount(charCount);
}
