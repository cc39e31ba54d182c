using System.Text;

namespace Coffer.Hcl;

/// <summary>A place in a text in UTF-8.</summary>
/// <param name="Index">In bytes, from 0.</param>
/// <param name="Position">Line and column, in characters, from 1.</param>
internal readonly record struct JsonPlace(int Index, HclPosition Position)
{
    public static JsonPlace Start { get; } = new(0, new HclPosition(1, 1));

    /// <summary>The place that System.Text.Json names.</summary>
    /// <param name="line">From 0.</param>
    /// <param name="byteInLine">From 0.</param>
    public static JsonPlace Find(int line, int byteInLine, ReadOnlySpan<byte> text)
    {
        var start = 0;
        for (var i = 0; i < line; i++)
        {
            start += text[start..].IndexOf((byte)'\n') + 1;
        }

        return Start.MoveTo(Math.Min(start + byteInLine, text.Length), text);
    }

    /// <summary>A later place of the same text.</summary>
    public JsonPlace MoveTo(int index, ReadOnlySpan<byte> text)
    {
        var (line, column) = (Position.Line, Position.Column);
        foreach (var unit in text[Index..index])
        {
            if (unit == '\n')
            {
                (line, column) = (line + 1, 1);
            }
            else if ((unit & 0xC0) != 0x80)
            {
                column++;
            }
        }

        return new JsonPlace(index, new HclPosition(line, column));
    }

    /// <summary>The character here, for a message.</summary>
    public string Describe(ReadOnlySpan<byte> text)
    {
        Rune.DecodeFromUtf8(text[Index..], out var rune, out _);
        return Rune.IsControl(rune) ? $"U+{rune.Value:X4}" : $"'{rune}'";
    }
}
