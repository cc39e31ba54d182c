using System.Buffers.Binary;
using System.IO.Compression;
using Coffer.Secrets.Totp.Qr;
using ZXing;
using ZXing.Common;

namespace Coffer.Secrets.Tests.Totp;

/// <summary>Another program's reader reads what is drawn.</summary>
public class QrCodeTests
{
    /// <summary>One text for each of the forty sizes: as long as just fits.</summary>
    public static TheoryData<int> Lengths() => [.. Enumerable.Range(1, QrVersion.Max).Select(number => new QrVersion(number).TextBytesMax)];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_longest_text_of_each_size_is_read_back(int length)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('!' + (i * 7 % 90))));
        var code = QrCode.Of(text)!;

        Assert.Equal(text, Read(QrImage.Png(code, 3 * code.PixelsMin), 3 * code.PixelsMin));
    }

    [Fact]
    public void There_are_forty_sizes_and_the_largest_holds_2331_characters()
    {
        Assert.Equal(40, Lengths().Count);
        Assert.Equal(177, QrCode.Of(new string('a', 2331))!.Size);
        Assert.Null(QrCode.Of(new string('a', 2332)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void The_image_has_exactly_the_size_that_was_asked_for(int more)
    {
        var code = QrCode.Of("otpauth://totp/a")!;
        var pixels = code.PixelsMin + more;

        Assert.Equal("otpauth://totp/a", Read(QrImage.Png(code, pixels), pixels));
    }

    /// <summary>Takes the image apart by the standard of PNG, with every checksum, and gives the pixels to the reader.</summary>
    internal static string? Read(ReadOnlySpan<byte> png, int pixels)
    {
        Assert.True(png.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]));
        var chunks = new Dictionary<string, byte[]>();
        for (png = png[8..]; !png.IsEmpty;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png);
            Assert.Equal(Crc(png.Slice(4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(png[(8 + length)..]));
            chunks.Add(System.Text.Encoding.ASCII.GetString(png.Slice(4, 4)), png.Slice(8, length).ToArray());
            png = png[(12 + length)..];
        }

        Assert.Equal(["IHDR", "IDAT", "IEND"], chunks.Keys);
        Assert.Equal(pixels, BinaryPrimitives.ReadInt32BigEndian(chunks["IHDR"]));
        Assert.Equal(pixels, BinaryPrimitives.ReadInt32BigEndian(chunks["IHDR"].AsSpan(4)));
        using var zlib = new ZLibStream(new MemoryStream(chunks["IDAT"]), CompressionMode.Decompress);
        using var rows = new MemoryStream();
        zlib.CopyTo(rows);
        var data = rows.ToArray();
        var rowBytes = 1 + ((pixels + 7) / 8);
        Assert.Equal(pixels * rowBytes, data.Length);
        var luminance = new byte[pixels * pixels];
        for (var i = 0; i < luminance.Length; i++)
        {
            var (y, x) = Math.DivRem(i, pixels);
            luminance[i] = (data[(y * rowBytes) + 1 + (x / 8)] & (0x80 >> (x % 8))) != 0 ? byte.MaxValue : (byte)0;
        }

        var bitmap = new BinaryBitmap(new GlobalHistogramBinarizer(new RGBLuminanceSource(luminance, pixels, pixels, RGBLuminanceSource.BitmapFormat.Gray8)));
        return new ZXing.QrCode.QRCodeReader().decode(bitmap, new Dictionary<DecodeHintType, object> { [DecodeHintType.PURE_BARCODE] = true })?.Text;
    }

    /// <summary>By division of the bits, highest power first, which is not how the engine does it.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var rest = uint.MaxValue;
        foreach (var value in bytes)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var carry = (rest >> 31) ^ (uint)((value >> bit) & 1);
                rest = (rest << 1) ^ (carry * 0x04C11DB7);
            }
        }

        uint reversed = 0;
        for (var bit = 0; bit < 32; bit++)
        {
            reversed |= ((~rest >> bit) & 1) << (31 - bit);
        }

        return reversed;
    }
}
