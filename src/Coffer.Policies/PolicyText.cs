using System.Buffers;
using System.Text;

namespace Coffer.Policies;

/// <summary>What the API takes as the text of a policy.</summary>
public static class PolicyText
{
    private static readonly SearchValues<char> Base64Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n");

    /// <summary>
    /// Undoes base64 once: a text that is nothing but padded standard base64 (RFC 4648 section 4; line ends allowed inside) is
    /// decoded, and that is what is stored. Anything else, unpadded base64 included, is returned as it is, and so is base64 of
    /// bytes that are not UTF-8.
    /// </summary>
    public static string Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0 || text.AsSpan().ContainsAnyExcept(Base64Characters))
        {
            return text;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length))
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : text;
    }
}
