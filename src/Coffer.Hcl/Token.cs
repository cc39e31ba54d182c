namespace Coffer.Hcl;

internal enum TokenKind
{
    End,
    Identifier,
    String,
    Heredoc,
    Number,
    Assign,
    Comma,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comment,
}

/// <summary>A piece of text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Position">Where it begins.</param>
/// <param name="Start">Index of its first character.</param>
/// <param name="End">Index after its last character.</param>
/// <param name="Value">A string's or heredoc's value with escapes undone; the text of an identifier or a number; else empty.</param>
internal readonly record struct Token(TokenKind Kind, HclPosition Position, int Start, int End, string Value)
{
    /// <summary>How a message names it.</summary>
    public Quoted Describe() => Kind switch
    {
        TokenKind.Identifier => new Quoted($"'{Shorten(Value)}'", "a word"),
        TokenKind.Number => new Quoted($"the number {Shorten(Value)}", "a number"),
        _ => new Quoted(DescribeKind(), DescribeKind()),
    };

    private string DescribeKind() => Kind switch
    {
        TokenKind.End => "the end of the text",
        // Not its text: a string in a configuration may be a password, and messages go to logs.
        TokenKind.String => "a string",
        TokenKind.Heredoc => "a heredoc",
        TokenKind.Assign => "'='",
        TokenKind.Comma => "','",
        TokenKind.OpenBrace => "'{'",
        TokenKind.CloseBrace => "'}'",
        TokenKind.OpenBracket => "'['",
        TokenKind.CloseBracket => "']'",
        _ => "a comment",
    };

    /// <summary>Text for a message: bounded, and with control characters made visible.</summary>
    internal static string Shorten(string text)
    {
        var cut = text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "...");
        return string.Concat(cut.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? "?" : c.ToString()));
    }
}
