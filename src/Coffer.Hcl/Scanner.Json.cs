using System.Globalization;
using System.Text;

namespace Coffer.Hcl;

/// <content>JSON (RFC 8259), strictly: no comments, no trailing commas, no control characters in strings.</content>
internal sealed partial class Scanner
{
    /// <summary>The next token of a JSON text; a colon is <see cref="TokenKind.Assign"/>.</summary>
    public Token NextJson()
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
            case ':': return Single(TokenKind.Assign, position);
            case ',': return Single(TokenKind.Comma, position);
            case '{': return Single(TokenKind.OpenBrace, position);
            case '}': return Single(TokenKind.CloseBrace, position);
            case '[': return Single(TokenKind.OpenBracket, position);
            case ']': return Single(TokenKind.CloseBracket, position);
            case '"': return Token(TokenKind.String, position, start, ScanJsonString(position));
        }

        if (char.IsAsciiDigit(c) || c == '-')
        {
            return Token(TokenKind.Number, position, start, ScanNumber(position));
        }

        if (char.IsAsciiLetter(c))
        {
            while (char.IsAsciiLetter(Peek()))
            {
                Advance();
            }

            return Token(TokenKind.Identifier, position, start, text[start.._index]);
        }

        throw new HclException(position, $"unexpected character {Show(c)}, expected JSON");
    }

    private string ScanJsonString(HclPosition position)
    {
        var value = new StringBuilder();
        Advance();
        while (_index < text.Length)
        {
            var c = text[_index];
            if (c == '"')
            {
                Advance();
                return value.ToString();
            }

            if (c < ' ')
            {
                throw new HclException(Position, $"unexpected character U+{(int)c:X4} in a string, expected an escape such as \\n");
            }

            if (c == '\\')
            {
                ScanJsonEscape(value);
            }
            else
            {
                value.Append(c);
                Advance();
            }
        }

        throw new HclException(position, "string without an end, expected '\"'");
    }

    private void ScanJsonEscape(StringBuilder value)
    {
        var position = Position;
        Advance();
        var c = Peek();
        var meant = c switch
        {
            '"' or '\\' or '/' => c,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => '\0',
        };
        if (meant != '\0')
        {
            value.Append(meant);
            Advance();
            return;
        }

        var unit = JsonUnit(position);
        if (char.IsHighSurrogate(unit) && Peek() == '\\')
        {
            Advance();
            var low = JsonUnit(position);
            if (char.IsLowSurrogate(low))
            {
                value.Append(unit).Append(low);
                return;
            }
        }

        value.Append(char.IsSurrogate(unit) ? throw new HclException(position, "half of a surrogate pair, which is no character") : unit);
    }

    private char JsonUnit(HclPosition position)
    {
        if (Peek() != 'u' || !ushort.TryParse(
            text.AsSpan(_index + 1, Math.Min(4, text.Length - _index - 1)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            || _index + 5 > text.Length)
        {
            throw new HclException(position, "unknown escape in a string, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
        }

        Advance(5);
        return (char)unit;
    }
}
