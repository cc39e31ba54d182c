using System.Buffers;
using System.Globalization;
using System.Text;

namespace Coffer.Cli.Terminal;

/// <summary>
/// Text on its way to a terminal. Control characters in it would be obeyed: they could set the title, hide what comes before them, or type for the
/// user. So they are shown, as <c>\x1b</c>, except for line ends and tabs. What goes to a file or a pipe stays as it is.
/// </summary>
internal static class TerminalText
{
    // The control characters, and those that turn the order of what is shown around.
    private static readonly SearchValues<char> Obeyed = SearchValues.Create(
        [.. Enumerable.Range(0, 0xa0).Select(code => (char)code).Where(char.IsControl).Except(['\n', '\t']), .. "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]);

    public static string For(string text, bool isTerminal)
    {
        if (!isTerminal || text.AsSpan().IndexOfAny(Obeyed) < 0)
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            var endsLine = letter == '\r' && i + 1 < text.Length && text[i + 1] == '\n';
            if (endsLine || !Obeyed.Contains(letter))
            {
                shown.Append(letter);
            }
            else
            {
                var code = (int)letter;
                shown.Append(letter <= '\u00ff' ? "\\x" : "\\u").Append(code.ToString(letter <= '\u00ff' ? "x2" : "x4", CultureInfo.InvariantCulture));
            }
        }

        return shown.ToString();
    }
}
