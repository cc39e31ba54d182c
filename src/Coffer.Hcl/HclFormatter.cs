using System.Text;

namespace Coffer.Hcl;

/// <summary>
/// Lays out a text as <c>policy fmt</c> does: two spaces a level, one space between words, at most one empty line in a row, no space
/// at line ends. Line breaks stay where the author put them, comments and the spelling of every value stay as they are. JSON is
/// left alone.
/// </summary>
public static class HclFormatter
{
    /// <summary>The text in canonical layout; formatting that again changes nothing.</summary>
    /// <exception cref="HclException">The text is not HCL.</exception>
    public static string Format(string text, HclLimits? limits = null)
    {
        HclText.Parse(text, limits);
        var scanner = new Scanner(text);
        scanner.SkipByteOrderMark();
        return scanner.LooksLikeJson() ? text : Layout(text, scanner);
    }

    private static string Layout(string text, Scanner scanner)
    {
        var output = new StringBuilder(text.Length);
        var level = 0;
        var previous = default(Token);
        for (var token = scanner.NextOrComment(); token.Kind != TokenKind.End; token = scanner.NextOrComment())
        {
            if (token.Kind is TokenKind.CloseBrace or TokenKind.CloseBracket)
            {
                level--;
            }

            if (output.Length > 0)
            {
                Separate(output, text.AsSpan(previous.End, token.Start - previous.End), previous, token, level);
            }

            output.Append(text.AsSpan(token.Start, token.End - token.Start).TrimEnd());
            if (token.Kind is TokenKind.OpenBrace or TokenKind.OpenBracket)
            {
                level++;
            }

            previous = token;
        }

        return output.Length == 0 ? "" : output.Append('\n').ToString();
    }

    private static void Separate(StringBuilder output, ReadOnlySpan<char> gap, Token previous, Token token, int level)
    {
        var breaks = gap.Count('\n');
        if (breaks > 0)
        {
            var beside = previous.Kind is TokenKind.OpenBrace or TokenKind.OpenBracket
                || token.Kind is TokenKind.CloseBrace or TokenKind.CloseBracket;
            output.Append('\n', beside ? 1 : Math.Min(breaks, 2)).Append(' ', level * 2);
        }
        else if (NeedsSpace(previous.Kind, token.Kind))
        {
            output.Append(' ');
        }
    }

    private static bool NeedsSpace(TokenKind previous, TokenKind next) => (previous, next) switch
    {
        (_, TokenKind.Comma) => false,
        (_, TokenKind.Comment) or (TokenKind.Comment, _) => true,
        (TokenKind.OpenBracket, _) or (_, TokenKind.CloseBracket) => false,
        (TokenKind.OpenBrace, TokenKind.CloseBrace) => false,
        _ => true,
    };
}
