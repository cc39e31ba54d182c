using System.Numerics;

namespace Coffer.Secrets.Totp.Qr;

/// <summary>Counts what makes a code hard to read, by the four rules of the standard: the mask with the lowest sum is taken.</summary>
internal static class QrPenalty
{
    // Dark and light as in a row through a finder, with four light modules on one side.
    private const int FinderBefore = 0b00001011101;
    private const int FinderAfter = 0b10111010000;
    private const int FinderBits = 0b11111111111;

    public static int Of(bool[,] dark)
    {
        var size = dark.GetLength(0);
        int penalty = 0, count = 0;
        for (var line = 0; line < size; line++)
        {
            penalty += OfLine(size, i => dark[i, line]) + OfLine(size, i => dark[line, i]);
        }

        for (var x = 0; x < size; x++)
        {
            for (var y = 0; y < size; y++)
            {
                count += dark[x, y] ? 1 : 0;
                var isBlock = x > 0 && y > 0 && dark[x, y] == dark[x - 1, y] && dark[x, y] == dark[x, y - 1] && dark[x, y] == dark[x - 1, y - 1];
                penalty += isBlock ? 3 : 0;
            }
        }

        // Ten for each whole twentieth by which dark modules are more or fewer than half.
        return penalty + (Math.Abs((count * 20) - (size * size * 10)) / (size * size) * 10);
    }

    private static int OfLine(int size, Func<int, bool> isDark)
    {
        int penalty = 0, run = 0, last = 0;
        for (var i = 0; i < size; i++)
        {
            run = i > 0 && isDark(i) == isDark(i - 1) ? run + 1 : 1;
            penalty += run == 5 ? 3 : run > 5 ? 1 : 0;
            last = ((last << 1) | (isDark(i) ? 1 : 0)) & FinderBits;
            penalty += i >= BitOperations.PopCount((uint)FinderBits) - 1 && last is FinderBefore or FinderAfter ? 40 : 0;
        }

        return penalty;
    }
}
