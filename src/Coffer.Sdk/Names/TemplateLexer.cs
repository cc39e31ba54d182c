using System.Globalization;
using System.Text;

namespace Coffer.Sdk.Names;

internal enum TemplateTokenKind
{
    End,
    Word,
    Field,
    Text,
    Number,
    Bar,
    Open,
    Close,
}

/// <param name="Value">The word, the field's name, the string or the long.</param>
/// <param name="At">Where it begins, counted from 0.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, object Value, int At);

/// <summary>Splits what is between <c>{{</c> and <c>}}</c> into words, fields, literals, bars and parentheses.</summary>
internal static class TemplateLexer
{
    private const string Marks = "|()";

    /// <param name="source">The whole template: positions count from its start.</param>
    public static List<TemplateToken> Split(string source, int start, int end)
    {
        var tokens = new List<TemplateToken>();
        var at = start;
        while (at < end)
        {
            if (char.IsWhiteSpace(source[at]))
            {
                at++;
                continue;
            }

            tokens.Add(Next(source, ref at, end));
        }

        tokens.Add(new TemplateToken(TemplateTokenKind.End, "", end));
        return tokens;
    }

    /// <summary>Where the action that begins at <paramref name="start"/> closes; quotes may hold braces.</summary>
    public static int CloseOf(string source, int start)
    {
        for (var at = start; at < source.Length; at++)
        {
            switch (source[at])
            {
                case '"':
                case '`':
                    Quoted(source, ref at, source.Length);
                    at--;
                    break;
                case '}' when at + 1 < source.Length && source[at + 1] == '}':
                    return at;
                default:
                    break;
            }
        }

        throw new NameTemplateException($"the action at {start} has no closing }}}}");
    }

    private static TemplateToken Next(string source, ref int at, int end)
    {
        var start = at;
        switch (source[at])
        {
            case '|':
                return new TemplateToken(TemplateTokenKind.Bar, "|", at++);
            case '(':
                return new TemplateToken(TemplateTokenKind.Open, "(", at++);
            case ')':
                return new TemplateToken(TemplateTokenKind.Close, ")", at++);
            case '"' or '`':
                return new TemplateToken(TemplateTokenKind.Text, Quoted(source, ref at, end), start);
            case '.':
                at++;
                return new TemplateToken(TemplateTokenKind.Field, Word(source, ref at, end), start);
            case '-' or (>= '0' and <= '9'):
                at++;
                var digits = source[start] + Word(source, ref at, end);
                return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? new TemplateToken(TemplateTokenKind.Number, number, start)
                    : throw new NameTemplateException($"the number at {start} is not a whole one");
            default:
                var word = Word(source, ref at, end);
                return word.Length > 0
                    ? new TemplateToken(TemplateTokenKind.Word, word, start)
                    : throw new NameTemplateException($"the character at {start} is not expected");
        }
    }

    private static string Word(string source, ref int at, int end)
    {
        var start = at;
        while (at < end && (char.IsAsciiLetterOrDigit(source[at]) || source[at] == '_'))
        {
            at++;
        }

        if (at < end && !char.IsWhiteSpace(source[at]) && !Marks.Contains(source[at], StringComparison.Ordinal))
        {
            throw new NameTemplateException($"the character at {at} is not expected");
        }

        return source[start..at];
    }

    /// <summary>A literal in double quotes, with escapes, or in back quotes, as it is.</summary>
    private static string Quoted(string source, ref int at, int end)
    {
        var start = at;
        var quote = source[at++];
        var text = new StringBuilder();
        while (at < end && source[at] != quote)
        {
            text.Append(quote == '"' && source[at] == '\\' ? Escaped(source, ref at, end) : source[at]);
            at++;
        }

        if (at >= end)
        {
            throw new NameTemplateException($"the quote at {start} is not closed");
        }

        at++;
        return text.ToString();
    }

    private static char Escaped(string source, ref int at, int end)
    {
        at++;
        return at < end ? source[at] switch
        {
            '"' => '"',
            '\\' => '\\',
            '\'' => '\'',
            'n' => '\n',
            't' => '\t',
            _ => throw new NameTemplateException($"the escape at {at - 1} is not known"),
        } : throw new NameTemplateException($"the quote before {end} is not closed");
    }
}
