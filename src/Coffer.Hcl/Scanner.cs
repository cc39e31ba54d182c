namespace Coffer.Hcl;

/// <summary>Cuts HCL into tokens. Runs in linear time, never looks back further than the token at hand.</summary>
internal sealed partial class Scanner(string text)
{
    private const char EndOfText = '\0';

    private int _index;
    private int _line = 1;
    private int _column = 1;

    public HclPosition Position => new(_line, _column);

    /// <summary>The place right after a text, for messages about what follows it.</summary>
    public static HclPosition EndOf(string text)
    {
        var scanner = new Scanner(text);
        while (scanner._index < text.Length)
        {
            scanner.Advance();
        }

        return scanner.Position;
    }

    public void SkipByteOrderMark()
    {
        if (text.StartsWith('\uFEFF'))
        {
            _index = 1;
        }
    }

    public bool LooksLikeJson()
    {
        var i = _index;
        while (i < text.Length && IsSpace(text[i]))
        {
            i++;
        }

        return i < text.Length && text[i] == '{';
    }

    /// <summary>The next token that is not a comment.</summary>
    public Token Next()
    {
        Token token;
        do
        {
            token = NextOrComment();
        }
        while (token.Kind == TokenKind.Comment);

        return token;
    }

    /// <summary>The next token, comments included.</summary>
    public Token NextOrComment()
    {
        while (_index < text.Length && IsSpace(text[_index]))
        {
            Advance();
        }

        var start = _index;
        var position = Position;
        if (_index == text.Length)
        {
            return new Token(TokenKind.End, position, start, start, "");
        }

        var c = text[_index];
        switch (c)
        {
            case '=': return Single(TokenKind.Assign, position);
            case ',': return Single(TokenKind.Comma, position);
            case '{': return Single(TokenKind.OpenBrace, position);
            case '}': return Single(TokenKind.CloseBrace, position);
            case '[': return Single(TokenKind.OpenBracket, position);
            case ']': return Single(TokenKind.CloseBracket, position);
            case '"': return Token(TokenKind.String, position, start, ScanString(position));
            case '#': return Comment(position);
            case '/': return Comment(position);
            case '<': return Token(TokenKind.Heredoc, position, start, ScanHeredoc(position));
        }

        if (char.IsAsciiDigit(c) || c is '-' or '+')
        {
            return Token(TokenKind.Number, position, start, ScanNumber(position));
        }

        if (IsIdentifierStart(c))
        {
            while (_index < text.Length && IsIdentifierPart(text[_index]))
            {
                Advance();
            }

            return Token(TokenKind.Identifier, position, start, text[start.._index]);
        }

        throw new HclException(position, $"unexpected character {Show(c)}, expected a key, a value or a bracket");
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r';

    private static bool IsIdentifierStart(char c) => c == '_' || char.IsLetter(c);

    private static bool IsIdentifierPart(char c) => IsIdentifierStart(c) || char.IsDigit(c) || c is '-' or '.';

    private static string Show(char c) => char.IsControl(c) || char.IsSurrogate(c) ? $"U+{(int)c:X4}" : $"'{c}'";

    private char Peek(int ahead = 0) => _index + ahead < text.Length ? text[_index + ahead] : EndOfText;

    private void Advance()
    {
        var c = text[_index++];
        if (c == '\n')
        {
            _line++;
            _column = 1;
        }
        else if (!char.IsLowSurrogate(c))
        {
            _column++;
        }
    }

    private void Advance(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Advance();
        }
    }

    private Token Single(TokenKind kind, HclPosition position)
    {
        Advance();
        return new Token(kind, position, _index - 1, _index, "");
    }

    private Token Token(TokenKind kind, HclPosition position, int start, string value) => new(kind, position, start, _index, value);

    private Token Comment(HclPosition position)
    {
        var start = _index;
        if (Peek() == '/' && Peek(1) == '*')
        {
            var end = text.IndexOf("*/", _index + 2, StringComparison.Ordinal);
            if (end < 0)
            {
                throw new HclException(position, "comment without an end, expected '*/'");
            }

            Advance(end + 2 - _index);
        }
        else if (Peek() == '/' && Peek(1) != '/')
        {
            throw new HclException(position, "unexpected character '/', expected '//' or '/*' to begin a comment");
        }
        else
        {
            while (_index < text.Length && text[_index] != '\n')
            {
                Advance();
            }
        }

        return Token(TokenKind.Comment, position, start, "");
    }

    /// <summary>Takes everything that could belong to a number; whether it is one is for the parser to say.</summary>
    private string ScanNumber(HclPosition position)
    {
        var start = _index;
        Advance();
        while (_index < text.Length)
        {
            var c = text[_index];
            var sign = c is '-' or '+' && text[_index - 1] is 'e' or 'E';
            if (!sign && !IsIdentifierPart(c))
            {
                break;
            }

            Advance();
        }

        return _index - start == 1 && !char.IsAsciiDigit(text[start])
            ? throw new HclException(position, $"'{text[start]}' without a number")
            : text[start.._index];
    }
}
