namespace Coffer.Secrets.Totp.Qr;

/// <summary>A size of QR code, 1 to 40, at error correction level M: how many codewords it has, and where its patterns are.</summary>
/// <param name="Number">1 to <see cref="Max"/>.</param>
internal readonly record struct QrVersion(int Number)
{
    public const int Max = 40;

    /// <summary>Modules on each side.</summary>
    public int Size => 17 + (4 * Number);

    /// <summary>Bits of the length that is written before the text.</summary>
    public int LengthBits => Number < 10 ? 8 : 16;

    /// <summary>Codewords for data and correction together.</summary>
    public int Codewords => DataModules / 8;

    /// <summary>Codewords for correction in each block.</summary>
    public int CorrectionPerBlock => CorrectionTable[Number - 1];

    public int Blocks => BlocksTable[Number - 1];

    public int DataCodewords => Codewords - (CorrectionPerBlock * Blocks);

    /// <summary>The longest text in bytes: what the mode's four bits and the length leave.</summary>
    public int TextBytesMax => ((DataCodewords * 8) - 4 - LengthBits) / 8;

    /// <summary>Rows and columns in whose crossings alignment patterns have their middles.</summary>
    public int[] AlignmentAt
    {
        get
        {
            if (Number == 1)
            {
                return [];
            }

            // Evenly from the far end; what does not come out even lies between the first two. Version 32 is the standard's exception.
            var count = (Number / 7) + 2;
            var step = Number == 32 ? 26 : ((Number * 4) + (count * 2) + 1) / ((count * 2) - 2) * 2;
            var at = new int[count];
            at[0] = 6;
            for (var i = 1; i < count; i++)
            {
                at[i] = Size - 7 - ((count - 1 - i) * step);
            }

            return at;
        }
    }

    /// <summary>Modules that no pattern takes.</summary>
    private int DataModules
    {
        get
        {
            // Three finders with their separators, both timing lines, the format twice and the dark module.
            var modules = (Size * Size) - (3 * 64) - (2 * (Size - 16)) - 31;
            if (Number >= 2)
            {
                // All crossings but the three at finders; those on a timing line share five modules with it.
                var count = (Number / 7) + 2;
                modules -= (25 * ((count * count) - 3)) - (5 * 2 * (count - 2));
            }

            return Number >= 7 ? modules - (2 * 18) : modules;
        }
    }

    private static ReadOnlySpan<byte> CorrectionTable =>
    [
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
        26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    ];

    private static ReadOnlySpan<byte> BlocksTable =>
    [
        1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
        17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
    ];
}
