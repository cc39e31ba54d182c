using Coffer.Cli.Output;
using CsCheck;

namespace Coffer.Cli.Tests.Output;

public sealed class TableTests
{
    private static readonly Gen<string> Cells = Gen.String[Gen.Char["abcäöü漢 "], 0, 9];

    [Fact]
    public void Every_column_starts_at_one_place_and_every_cell_can_be_read_there() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 6]).SelectMany((columns, rows) => Cells.Array[columns].Array[rows + 1]).Sample(rows =>
        {
            var lines = Table.WithHeader(rows[0], rows.Skip(1)).Split('\n');
            var header = rows[0].Select(Shown).ToArray();
            var starts = new int[header.Length];
            for (var column = 1; column < header.Length; column++)
            {
                var widest = rows.Max(row => Shown(row[column - 1]).Length);
                starts[column] = starts[column - 1] + widest + 4;
            }

            for (var line = 0; line < lines.Length; line++)
            {
                if (line == 1)
                {
                    continue;
                }

                var row = rows[line == 0 ? 0 : line - 1];
                for (var column = 0; column < row.Length; column++)
                {
                    Assert.Equal(Shown(row[column]), lines[line].Substring(starts[column], Shown(row[column]).Length));
                }

                Assert.Equal(starts[^1] + Shown(row[^1]).Length, lines[line].Length);
            }

            return lines.Length == rows.Length + 1;
        });

    [Fact]
    public void Header_is_underlined_to_its_own_width() =>
        Assert.Equal("Key     Value\n---     -----\nlong    x", Table.WithHeader(["Key", "Value"], [["long", "x"]]));

    private static string Shown(string cell) => cell.Trim().Length == 0 ? "n/a" : cell.Trim();
}
