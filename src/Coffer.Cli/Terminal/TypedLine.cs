using System.Text;

namespace Coffer.Cli.Terminal;

/// <summary>One line of keys as a terminal sends them when it does not edit lines itself.</summary>
internal static class TypedLine
{
    private const int EndOfInput = 0x04;
    private const int Backspace = 0x08;
    private const int EraseLine = 0x15;
    private const int Escape = 0x1b;
    private const int Delete = 0x7f;

    /// <summary>The text up to Enter, Ctrl-D or the end of the stream. Backspace and Ctrl-U erase; other control characters and keys such as arrows do not count.</summary>
    public static string Read(Stream keys)
    {
        var line = new List<byte>();
        for (int key; (key = keys.ReadByte()) is >= 0 and not ('\n' or '\r' or EndOfInput);)
        {
            if (key is Backspace or Delete)
            {
                EraseLast(line);
            }
            else if (key == EraseLine)
            {
                line.Clear();
            }
            else if (key == Escape)
            {
                SkipSequence(keys);
            }
            else if (key >= ' ')
            {
                line.Add((byte)key);
            }
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    // A character of UTF-8 is one byte, or one that begins it and others from 0x80 to 0xBF.
    private static void EraseLast(List<byte> line)
    {
        var continues = true;
        while (continues && line.Count > 0)
        {
            continues = (line[^1] & 0xc0) == 0x80;
            line.RemoveAt(line.Count - 1);
        }
    }

    // ESC [ parameters letter, or ESC O letter (ECMA-48).
    private static void SkipSequence(Stream keys)
    {
        var second = keys.ReadByte();
        var next = second is '[' or 'O' ? keys.ReadByte() : -1;
        while (next is >= 0 and < 0x40)
        {
            next = keys.ReadByte();
        }
    }
}
