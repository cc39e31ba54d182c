using System.Globalization;
using System.Text;

namespace Coffer.Hcl;

/// <content>Quoted strings and heredocs.</content>
internal sealed partial class Scanner
{
    private string ScanString(HclPosition position)
    {
        var value = new StringBuilder();
        Advance();
        while (true)
        {
            if (_index == text.Length || text[_index] == '\n')
            {
                throw new HclException(position, "string without an end, expected '\"' on the same line");
            }

            var c = text[_index];
            if (c == '"')
            {
                Advance();
                return value.ToString();
            }

            if (c == '\0')
            {
                throw new HclException(Position, "unexpected character U+0000 in a string");
            }

            if (c == '\\')
            {
                ScanEscape(value);
            }
            else if (c == '$' && Peek(1) == '{')
            {
                ScanInterpolation(value, position);
            }
            else
            {
                value.Append(c);
                Advance();
            }
        }
    }

    /// <summary>
    /// HCL 1 does not end a string inside <c>${...}</c>, and does not undo escapes there; the same is done here so that a text
    /// means what it always meant. Nothing is ever interpolated.
    /// </summary>
    private void ScanInterpolation(StringBuilder value, HclPosition position)
    {
        value.Append("${");
        Advance(2);
        for (var depth = 1; depth > 0;)
        {
            if (_index == text.Length || text[_index] == '\0')
            {
                throw new HclException(position, "string without an end, expected '}' to close '${'");
            }

            var c = text[_index];
            depth += c switch { '{' => 1, '}' => -1, _ => 0 };
            value.Append(c);
            Advance();
        }
    }

    private void ScanEscape(StringBuilder value)
    {
        var position = Position;
        Advance();
        var c = Peek();
        switch (c)
        {
            case 'a': Take('\a'); return;
            case 'b': Take('\b'); return;
            case 'f': Take('\f'); return;
            case 'n': Take('\n'); return;
            case 'r': Take('\r'); return;
            case 't': Take('\t'); return;
            case 'v': Take('\v'); return;
            case '\\': Take('\\'); return;
            case '"': Take('"'); return;
            case 'x': Advance(); value.Append(Code(2, 16, position)); return;
            case 'u': Advance(); value.Append(Code(4, 16, position)); return;
            case 'U': Advance(); value.Append(Code(8, 16, position)); return;
            case >= '0' and <= '7': value.Append(Code(3, 8, position)); return;
        }

        throw new HclException(
            position, _index == text.Length ? "string without an end, expected '\"'" : $"unknown escape '\\' and {Show(c)} in a string");

        void Take(char meant)
        {
            value.Append(meant);
            Advance();
        }
    }

    /// <summary>A character given by its code. Codes of two hexadecimal or three octal digits are bytes, so only ASCII ones are characters.</summary>
    private string Code(int digits, int radix, HclPosition position)
    {
        long code = 0;
        for (var i = 0; i < digits; i++)
        {
            var c = Peek();
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                throw new HclException(position, $"escape with {i} of {digits} digits in a string");
            }

            code = (code * radix) + digit;
            Advance();
        }

        if (digits < 4 && code > 0x7F)
        {
            throw new HclException(position, "escape for a byte above 0x7F, which is no character; write \\u00E9 and the like");
        }

        return code <= 0x10FFFF && Rune.IsValid((int)code)
            ? new Rune((int)code).ToString()
            : throw new HclException(position, string.Create(CultureInfo.InvariantCulture, $"escape for U+{code:X}, which is no character"));
    }

    private string ScanHeredoc(HclPosition position)
    {
        if (Peek(1) != '<')
        {
            throw new HclException(position, "unexpected character '<', expected a key, a value or a bracket");
        }

        Advance(2);
        var indented = Peek() == '-';
        if (indented)
        {
            Advance();
        }

        var markStart = _index;
        while (_index < text.Length && (IsIdentifierStart(text[_index]) || char.IsDigit(text[_index])))
        {
            Advance();
        }

        var mark = text[markStart.._index];
        if (Peek() == '\r')
        {
            Advance();
        }

        if (mark.Length == 0 || Peek() != '\n')
        {
            throw new HclException(position, "heredoc without a name, expected '<<NAME' and the end of the line");
        }

        Advance();
        return HeredocBody(position, mark, indented);
    }

    private string HeredocBody(HclPosition position, string mark, bool indented)
    {
        var lines = new List<string>();
        while (_index < text.Length)
        {
            var end = text.IndexOf('\n', _index);
            var lineEnd = end < 0 ? text.Length : end;
            var line = text[_index..lineEnd];
            if (line.AsSpan().TrimStart(" \t").TrimEnd('\r').SequenceEqual(mark))
            {
                // The line's end stays outside the token, as for a string that closes on its line.
                Advance(lineEnd - _index);
                return Join(lines, indented ? line[..line.IndexOf(mark, StringComparison.Ordinal)] : "");
            }

            var nul = line.IndexOf('\0', StringComparison.Ordinal);
            if (nul >= 0)
            {
                Advance(nul);
                throw new HclException(Position, "unexpected character U+0000 in a heredoc");
            }

            lines.Add(line);
            Advance(lineEnd - _index + (end < 0 ? 0 : 1));
        }

        throw HclException.Quoting(position, $"heredoc without an end, expected a line with {new Quoted($"'{Hcl.Token.Shorten(mark)}'", "its name")}");
    }

    /// <summary>Takes the closing line's indent off every line, or off none when one of them has less.</summary>
    private static string Join(List<string> lines, string indent)
    {
        var all = lines.TrueForAll(line => line.StartsWith(indent, StringComparison.Ordinal));
        var value = new StringBuilder();
        foreach (var line in lines)
        {
            value.Append(line, all ? indent.Length : 0, line.Length - (all ? indent.Length : 0)).Append('\n');
        }

        return value.ToString();
    }
}
