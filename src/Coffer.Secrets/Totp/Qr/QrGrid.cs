namespace Coffer.Secrets.Totp.Qr;

/// <summary>Draws the modules of a QR code: patterns, codewords, and the mask that leaves the fewest confusing shapes.</summary>
internal sealed class QrGrid
{
    private const int FormatGenerator = 0x537;
    private const int FormatMask = 0x5412;
    private const int VersionGenerator = 0x1F25;
    private const int Masks = 8;

    private readonly int _size;
    private readonly bool[,] _dark;
    private readonly bool[,] _isPattern;

    private QrGrid(int size)
    {
        _size = size;
        _dark = new bool[size, size];
        _isPattern = new bool[size, size];
    }

    /// <summary>By column and row; true is dark.</summary>
    public static bool[,] Draw(QrVersion version, byte[] codewords)
    {
        var grid = new QrGrid(version.Size);
        grid.DrawPatterns(version);
        grid.DrawCodewords(codewords);
        var best = 0;
        for (int mask = 0, least = int.MaxValue; mask < Masks; mask++)
        {
            grid.Apply(mask);
            var penalty = QrPenalty.Of(grid._dark);
            (best, least) = penalty < least ? (mask, penalty) : (best, least);

            // A second time undoes it.
            grid.Apply(mask);
        }

        grid.Apply(best);
        return grid._dark;
    }

    private void DrawPatterns(QrVersion version)
    {
        for (var i = 0; i < _size; i++)
        {
            Set(6, i, i % 2 == 0);
            Set(i, 6, i % 2 == 0);
        }

        DrawFinder(3, 3);
        DrawFinder(_size - 4, 3);
        DrawFinder(3, _size - 4);
        var at = version.AlignmentAt;
        foreach (var x in at)
        {
            foreach (var y in at)
            {
                var isAtFinder = (x == 6 && y == 6) || (x == 6 && y == at[^1]) || (x == at[^1] && y == 6);
                if (!isAtFinder)
                {
                    DrawRings(x, y, 2, ring => ring != 1);
                }
            }
        }

        DrawFormat(0);
        DrawVersion(version);
    }

    private void DrawFinder(int x, int y) => DrawRings(x, y, 4, ring => ring is not (2 or 4));

    /// <summary>Squares around a middle, as far as they are within the code.</summary>
    private void DrawRings(int middleX, int middleY, int rings, Func<int, bool> isDark)
    {
        for (var x = Math.Max(0, middleX - rings); x <= Math.Min(_size - 1, middleX + rings); x++)
        {
            for (var y = Math.Max(0, middleY - rings); y <= Math.Min(_size - 1, middleY + rings); y++)
            {
                Set(x, y, isDark(Math.Max(Math.Abs(x - middleX), Math.Abs(y - middleY))));
            }
        }
    }

    /// <summary>Error correction M is 00, so the mask is all that the format says.</summary>
    private void DrawFormat(int mask)
    {
        var bits = WithRemainder(mask, FormatGenerator, 10) ^ FormatMask;
        for (var i = 0; i < 15; i++)
        {
            var dark = ((bits >> i) & 1) != 0;

            // Around the finder at the top left, past the timing lines; and once more beside the two others.
            var near = i < 6 ? i : i < 8 ? i + 1 : i == 8 ? 7 : 14 - i;
            Set(i < 8 ? 8 : near, i < 8 ? near : 8, dark);
            Set(i < 8 ? _size - 1 - i : 8, i < 8 ? 8 : _size - 15 + i, dark);
        }

        Set(8, _size - 8, true);
    }

    private void DrawVersion(QrVersion version)
    {
        if (version.Number < 7)
        {
            return;
        }

        var bits = WithRemainder(version.Number, VersionGenerator, 12);
        for (var i = 0; i < 18; i++)
        {
            var dark = ((bits >> i) & 1) != 0;
            Set(_size - 11 + (i % 3), i / 3, dark);
            Set(i / 3, _size - 11 + (i % 3), dark);
        }
    }

    /// <summary>A number with the remainder of a division by a polynomial over two elements behind it.</summary>
    private static int WithRemainder(int value, int generator, int degree)
    {
        var rest = value;
        for (var i = 0; i < degree; i++)
        {
            rest = (rest << 1) ^ ((rest >> (degree - 1)) * generator);
        }

        return (value << degree) | rest;
    }

    /// <summary>In pairs of columns from the right, up and down in turn; the column of the timing line is passed over.</summary>
    private void DrawCodewords(byte[] codewords)
    {
        var bit = 0;
        var upwards = true;
        for (var right = _size - 1; right >= 1; right -= 2, upwards = !upwards)
        {
            right = right == 6 ? 5 : right;
            for (var step = 0; step < _size; step++)
            {
                var y = upwards ? _size - 1 - step : step;
                for (var x = right; x >= right - 1; x--)
                {
                    if (!_isPattern[x, y] && bit < codewords.Length * 8)
                    {
                        _dark[x, y] = ((codewords[bit / 8] >> (7 - (bit % 8))) & 1) != 0;
                        bit++;
                    }
                }
            }
        }
    }

    private void Apply(int mask)
    {
        for (var x = 0; x < _size; x++)
        {
            for (var y = 0; y < _size; y++)
            {
                _dark[x, y] ^= !_isPattern[x, y] && IsMasked(mask, x, y);
            }
        }

        DrawFormat(mask);
    }

    private static bool IsMasked(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((x / 3) + (y / 2)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        _ => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
    };

    private void Set(int x, int y, bool dark)
    {
        _dark[x, y] = dark;
        _isPattern[x, y] = true;
    }
}
