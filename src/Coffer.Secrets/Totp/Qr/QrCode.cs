using System.Text;

namespace Coffer.Secrets.Totp.Qr;

/// <summary>A QR code (ISO/IEC 18004) of a text in ASCII: byte mode, error correction M, as small as the text allows.</summary>
internal sealed class QrCode
{
    /// <summary>Light modules that the standard wants on each side.</summary>
    public const int QuietZone = 4;

    private readonly bool[,] _dark;

    private QrCode(bool[,] dark) => _dark = dark;

    /// <summary>Modules on each side, without the quiet zone: 21 to 177.</summary>
    public int Size => _dark.GetLength(0);

    /// <summary>The smallest image that shows it, with the quiet zone: one pixel for each module.</summary>
    public int PixelsMin => Size + (2 * QuietZone);

    public bool IsDark(int x, int y) => _dark[x, y];

    /// <summary>Null when the text is longer than 2331 characters, which is more than the largest code holds.</summary>
    public static QrCode? Of(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var number = 1; number <= QrVersion.Max; number++)
        {
            var version = new QrVersion(number);
            if (bytes.Length <= version.TextBytesMax)
            {
                return new QrCode(QrGrid.Draw(version, QrCodewords.Of(version, bytes)));
            }
        }

        return null;
    }
}
