using System.Buffers.Binary;
using System.IO.Compression;

namespace Coffer.Secrets.Totp.Qr;

/// <summary>A QR code as a PNG image of one bit a pixel.</summary>
internal static class QrImage
{
    private const uint CrcGenerator = 0xEDB88320;

    /// <summary>A square image. Modules have a whole number of pixels; what is left over is a wider margin.</summary>
    /// <param name="pixels">Width and height, at least <see cref="QrCode.PixelsMin"/>.</param>
    public static byte[] Png(QrCode code, int pixels)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        // Width, height, one bit of grey; the only compression and filter that there are, no interlacing.
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, pixels);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), pixels);
        header[8] = 1;
        Write(png, "IHDR"u8, header);
        Write(png, "IDAT"u8, Compressed(code, pixels));
        Write(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static byte[] Compressed(QrCode code, int pixels)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            var scale = pixels / code.PixelsMin;
            var margin = (pixels - (code.Size * scale)) / 2;
            for (var y = 0; y < pixels; y++)
            {
                zlib.Write(Row(code, pixels, y - margin, scale, margin));
            }
        }

        return data.ToArray();
    }

    private static byte[] Row(QrCode code, int pixels, int y, int scale, int margin)
    {
        // The first byte says that the row is not filtered.
        var row = new byte[1 + ((pixels + 7) / 8)];
        var end = code.Size * scale;
        for (var x = 0; x < pixels; x++)
        {
            var at = x - margin;
            var isDark = at >= 0 && at < end && y >= 0 && y < end && code.IsDark(at / scale, y / scale);
            row[1 + (x / 8)] |= (byte)((isDark ? 0 : 0x80) >> (x % 8));
        }

        return row;
    }

    private static void Write(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        png.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * CrcGenerator);
            }
        }

        return crc;
    }
}
