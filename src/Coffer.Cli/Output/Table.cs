using System.Text;

namespace Coffer.Cli.Output;

/// <summary>Aligned columns. Cells are trimmed, empty ones read <c>n/a</c>, the last column is not padded.</summary>
internal static class Table
{
    private const string Gap = "    ";

    /// <summary>Rows under a header that is underlined with dashes. Lines are parted by <c>\n</c>, without one at the end.</summary>
    public static string WithHeader(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var dashes = header.Select(cell => new string('-', Width(cell.Trim()))).ToArray();
        return Columns([header, dashes, .. rows]);
    }

    /// <summary>Rows without a header.</summary>
    public static string Columns(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var cells = rows.Select(row => row.Select(Cell).ToArray()).ToArray();
        var widths = new int[cells.Length == 0 ? 0 : cells.Max(row => row.Length)];
        foreach (var row in cells)
        {
            for (var column = 0; column < row.Length; column++)
            {
                widths[column] = Math.Max(widths[column], Width(row[column]));
            }
        }

        var text = new StringBuilder();
        for (var line = 0; line < cells.Length; line++)
        {
            text.Append(line == 0 ? "" : "\n");
            var row = cells[line];
            for (var column = 0; column < row.Length; column++)
            {
                text.Append(row[column]);
                if (column < row.Length - 1)
                {
                    text.Append(' ', widths[column] - Width(row[column])).Append(Gap);
                }
            }
        }

        return text.ToString();
    }

    private static string Cell(string cell)
    {
        var trimmed = cell.Trim();
        return trimmed.Length == 0 ? "n/a" : trimmed;
    }

    private static int Width(string cell) => cell.EnumerateRunes().Count();
}
