using System.Text;

namespace Coffer.Docs.Tests;

/// <summary>Tables and code in Markdown.</summary>
internal static class Markdown
{
    /// <summary>A table; empty where there is no row.</summary>
    public static string Table(string[] heads, IEnumerable<string[]> rows)
    {
        var lines = rows.Select(Row).ToArray();
        return lines.Length == 0 ? "" : string.Join('\n', lines.Prepend(Row([.. heads.Select(_ => "---")])).Prepend(Row(heads))) + "\n";
    }

    /// <summary>Text as code, so that nothing in it is markup; nothing for nothing.</summary>
    public static string Code(string text) => text.Length == 0 ? "" : $"`{text}`";

    /// <summary>A text in which nothing is taken for HTML or emphasis. Code in it stays code.</summary>
    public static string Prose(string text)
    {
        var shown = new StringBuilder();
        var code = false;
        foreach (var letter in text)
        {
            code ^= letter == '`';
            shown.Append(!code && letter is '<' or '*' or '_' or '[' ? $"\\{letter}" : letter.ToString());
        }

        return shown.ToString();
    }

    private static string Row(string[] cells) => $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ")))} |";
}
