namespace Coffer.Secrets.Totp.Qr;

/// <summary>Turns a text into the codewords of a QR code: padded, divided into blocks, each with its correction, and interleaved.</summary>
internal static class QrCodewords
{
    /// <param name="text">At most <see cref="QrVersion.TextBytesMax"/> long.</param>
    public static byte[] Of(QrVersion version, ReadOnlySpan<byte> text)
    {
        var data = Padded(version, text);
        var correction = version.CorrectionPerBlock;
        var generator = Generator(correction);
        var longBlocks = version.Codewords % version.Blocks;
        var shortLength = (version.Codewords / version.Blocks) - correction;
        var blocks = new (int Start, int Length, byte[] Correction)[version.Blocks];
        for (int i = 0, start = 0; i < blocks.Length; i++)
        {
            var length = i < blocks.Length - longBlocks ? shortLength : shortLength + 1;
            blocks[i] = (start, length, Remainder(data.AsSpan(start, length), generator));
            start += length;
        }

        var all = new List<byte>(version.Codewords);
        for (var i = 0; i <= shortLength; i++)
        {
            all.AddRange(blocks.Where(block => i < block.Length).Select(block => data[block.Start + i]));
        }

        for (var i = 0; i < correction; i++)
        {
            all.AddRange(blocks.Select(block => block.Correction[i]));
        }

        return [.. all];
    }

    private static byte[] Padded(QrVersion version, ReadOnlySpan<byte> text)
    {
        var data = new byte[version.DataCodewords];
        var at = 0;
        Append(data, ref at, 0b0100, 4);
        Append(data, ref at, text.Length, version.LengthBits);
        foreach (var value in text)
        {
            Append(data, ref at, value, 8);
        }

        // The end, as far as there is room, up to the next byte; then two bytes in turn.
        at = Math.Min(at + 4, data.Length * 8);
        at = (at + 7) / 8 * 8;
        for (var odd = false; at < data.Length * 8; odd = !odd)
        {
            Append(data, ref at, odd ? 0x11 : 0xEC, 8);
        }

        return data;
    }

    private static void Append(byte[] data, ref int at, int value, int bits)
    {
        for (var bit = bits - 1; bit >= 0; bit--, at++)
        {
            data[at / 8] |= (byte)(((value >> bit) & 1) << (7 - (at % 8)));
        }
    }

    /// <summary>The product of (x - 2^i) for each i below the degree; highest power first, without the leading 1.</summary>
    private static byte[] Generator(int degree)
    {
        var product = new byte[degree];
        product[^1] = 1;
        byte root = 1;
        for (var i = 0; i < degree; i++)
        {
            for (var j = 0; j < degree; j++)
            {
                product[j] = (byte)(Times(product[j], root) ^ (j + 1 < degree ? product[j + 1] : 0));
            }

            root = Times(root, 2);
        }

        return product;
    }

    private static byte[] Remainder(ReadOnlySpan<byte> data, byte[] generator)
    {
        var rest = new byte[generator.Length];
        foreach (var value in data)
        {
            var factor = (byte)(value ^ rest[0]);
            rest.AsSpan(1).CopyTo(rest);
            rest[^1] = 0;
            for (var i = 0; i < rest.Length; i++)
            {
                rest[i] ^= Times(generator[i], factor);
            }
        }

        return rest;
    }

    /// <summary>Multiplies in the field of 256 elements by x^8 + x^4 + x^3 + x^2 + 1.</summary>
    private static byte Times(byte left, byte right)
    {
        var product = 0;
        for (var bit = 7; bit >= 0; bit--)
        {
            product = (product << 1) ^ ((product >> 7) * 0x11D) ^ (((right >> bit) & 1) * left);
        }

        return (byte)product;
    }
}
