using System.Text;

namespace Coffer.Sdk.Names;

/// <summary>
/// The one way in which names that ignore case become canonical: white space at both ends is dropped, and each letter becomes the lower-case form of its
/// upper-case form, so that letters which share an upper-case form are one: <c>σ</c> and <c>ς</c>, <c>s</c> and <c>ſ</c>. Paths, fields, policies and
/// stores all call it, so that a name that was authorised is the name that is looked up.
/// </summary>
public static class NameFold
{
    /// <summary>The canonical spelling of a name. Folding it again changes nothing.</summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Case(name.Trim());
    }

    /// <summary>A text with its case folded, and nothing dropped. It has as many characters as before.</summary>
    public static string Case(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsFolded(text) ? text : string.Create(text.Length, text, static (folded, source) => Case(source, folded));
    }

    /// <summary>As <see cref="Case(string)"/>, into a span of at least the text's length.</summary>
    public static void Case(ReadOnlySpan<char> text, Span<char> folded)
    {
        for (var i = 0; i < text.Length;)
        {
            i += Next(text[i..], folded[i..]);
        }
    }

    /// <summary>Whether folding would change nothing.</summary>
    public static bool IsFolded(ReadOnlySpan<char> text)
    {
        Span<char> one = stackalloc char[2];
        for (var i = 0; i < text.Length;)
        {
            var length = Next(text[i..], one);
            if (!text.Slice(i, length).SequenceEqual(one[..length]))
            {
                return false;
            }

            i += length;
        }

        return true;
    }

    /// <summary>Folds the first letter.</summary>
    /// <returns>How many characters it has.</returns>
    private static int Next(ReadOnlySpan<char> text, Span<char> folded)
    {
        folded[0] = text[0];
        if (char.IsAscii(text[0]))
        {
            folded[0] = char.ToLowerInvariant(text[0]);
            return 1;
        }

        // The long s, which .NET leaves as it is; others fold it, and it reads as an s.
        if (text[0] == '\u017F')
        {
            folded[0] = 's';
            return 1;
        }

        // Half of a surrogate pair is no letter.
        if (Rune.DecodeFromUtf16(text, out var letter, out var length) != System.Buffers.OperationStatus.Done)
        {
            return 1;
        }

        var lower = Rune.ToLowerInvariant(Rune.ToUpperInvariant(letter));
        (lower.Utf16SequenceLength == length ? lower : letter).EncodeToUtf16(folded);
        return length;
    }
}
