using System.Globalization;
using System.Text;

namespace Coffer.Kernel.Requests;

/// <summary>
/// A request path below <c>/v1/</c> in its one canonical form. It can only be built here, so what is authorised is, to the character, what is
/// executed.
/// </summary>
/// <remarks>
/// Refused, not repaired: segments <c>.</c> and <c>..</c>, empty segments, what is not printable, a backslash, bytes that are not UTF-8, and broken
/// percent escapes. Percent escapes are decoded once; an escaped slash is a slash, as in Vault, and is judged after decoding.
/// </remarks>
public readonly record struct CanonicalPath
{
    private readonly string? _text;

    private CanonicalPath(string text) => _text = text;

    /// <summary>Without a slash at its start; with one at its end only if the client sent it.</summary>
    public string Text => _text ?? "";

    public bool EndsWithSlash => Text.EndsWith('/');

    /// <summary>The same with a slash at the end: how a listing names its folder.</summary>
    public CanonicalPath AsFolder => EndsWithSlash || Text.Length == 0 ? this : new CanonicalPath(Text + "/");

    /// <summary>Reads the raw, still escaped, path of a request target, without its query.</summary>
    /// <param name="problem">What is wrong, for the client; empty when all is well.</param>
    public static bool TryParse(ReadOnlySpan<char> raw, out CanonicalPath path, out string problem)
    {
        path = default;
        if (!TryDecode(raw, out var text))
        {
            problem = "path contains an invalid percent escape or is not UTF-8";
            return false;
        }

        return TryParseText(text, out path, out problem);
    }

    /// <summary>Reads a path that has no escapes in it.</summary>
    /// <param name="problem">What is wrong, for the client; empty when all is well.</param>
    public static bool TryParseText(string text, out CanonicalPath path, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = Problem(text);
        path = new CanonicalPath(problem.Length == 0 ? text : "");
        return problem.Length == 0;
    }

    public override string ToString() => Text;

    private static string Problem(string text)
    {
        if (text.Length > Limits.PathCharactersMax)
        {
            return $"path is longer than {Limits.PathCharactersMax} characters";
        }

        foreach (var character in text.EnumerateRunes())
        {
            if (!IsPrintable(character) || character.Value == '\\')
            {
                return "path contains a character that is not printable, or a backslash";
            }
        }

        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var slash = rest.IndexOf('/');
            var segment = slash < 0 ? rest : rest[..slash];
            if (segment.IsEmpty || segment is "." or "..")
            {
                return "path must not contain empty segments, \".\" or \"..\"";
            }

            rest = slash < 0 ? [] : rest[(slash + 1)..];
        }

        return "";
    }

    /// <summary>What can be seen: two paths that look the same are not told apart by what is invisible. A blank is the one space there is.</summary>
    private static bool IsPrintable(Rune character) => character.IsAscii
        ? character.Value is >= ' ' and <= '~'
        : Rune.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);

    private static bool TryDecode(ReadOnlySpan<char> raw, out string text)
    {
        text = "";
        if (raw.IndexOf('%') < 0 && System.Text.Ascii.IsValid(raw))
        {
            text = raw.ToString();
            return true;
        }

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(raw.Length)];
        var length = 0;
        while (!raw.IsEmpty)
        {
            if (raw[0] == '%')
            {
                if (raw.Length < 3 || !char.IsAsciiHexDigit(raw[1]) || !char.IsAsciiHexDigit(raw[2]))
                {
                    return false;
                }

                bytes[length++] = byte.Parse(raw[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                raw = raw[3..];
                continue;
            }

            var escape = raw.IndexOf('%');
            var plain = escape < 0 ? raw : raw[..escape];
            length += Encoding.UTF8.GetBytes(plain, bytes.AsSpan(length));
            raw = raw[plain.Length..];
        }

        try
        {
            text = StrictUtf8.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
