using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>The key of a static slot, as an operator leaves it in a file or an environment variable.</summary>
public static class StaticKey
{
    /// <summary>Asks the source and parses what it gives, which is zeroed afterwards.</summary>
    /// <param name="source">Reads the file or the variable; its exceptions pass through.</param>
    /// <exception cref="BarrierException"><see cref="BarrierProblem.KeyMaterial"/>: see <see cref="Parse"/>.</exception>
    public static SecretBytes Read(Func<byte[]> source)
    {
        var bytes = source();
        try
        {
            return Parse(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>
    /// A key of 32 bytes: raw, as 64 hex digits, or as base64 (standard or URL alphabet, padded or not); white space around text is passed over.
    /// </summary>
    /// <exception cref="BarrierException">
    /// <see cref="BarrierProblem.KeyMaterial"/>: it is none of these; or it is 32 printable characters, which is a password or the text of a shorter key;
    /// or every byte is the same.
    /// </exception>
    public static SecretBytes Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == Limits.KeyBytes)
        {
            // One in 10^13 random keys is refused here, and so is every password of that length.
            return bytes.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E)
                ? Checked(bytes)
                : throw Unusable($"it is {Limits.KeyBytes} printable characters, which is not a random key of {Limits.KeyBytes} bytes");
        }

        var text = bytes.Trim(" \t\r\n"u8);
        if (text.Length is 0 or > TextMax)
        {
            throw Unusable($"it has {Bytes(bytes.Length)}");
        }

        using var decoded = new PinnedBuffer(TextMax);
        if (TryHex(text, decoded.Span, out var length) || TryBase64(text, decoded.Span, out length))
        {
            return length == Limits.KeyBytes ? Checked(decoded.Span[..length]) : throw Unusable($"its text stands for {Bytes(length)}");
        }

        throw Unusable($"it has {Bytes(bytes.Length)} and is neither hex nor base64");
    }

    private static string Bytes(int count) => count == 1 ? "1 byte" : $"{count} bytes";

    private static SecretBytes Checked(ReadOnlySpan<byte> key) =>
        key.ContainsAnyExcept(key[0]) ? SecretBytes.CopyOf(key) : throw Unusable("all of its bytes are the same");

    private static bool TryHex(ReadOnlySpan<byte> text, Span<byte> decoded, out int length) =>
        Convert.FromHexString(text, decoded, out _, out length) == OperationStatus.Done;

    private static bool TryBase64(ReadOnlySpan<byte> text, Span<byte> decoded, out int length)
    {
        length = 0;
        if (text.ContainsAny(" \t\r\n"u8))
        {
            return false;
        }

        using var url = new PinnedBuffer(text.Length);
        text.CopyTo(url.Span);
        url.Span.Replace((byte)'+', (byte)'-');
        url.Span.Replace((byte)'/', (byte)'_');
        return Base64Url.DecodeFromUtf8(url.Span, decoded, out _, out length) == OperationStatus.Done;
    }

    private static BarrierException Unusable(string reason) => new(
        BarrierProblem.KeyMaterial,
        $"{reason}; give {Limits.KeyBytes} random bytes, raw or as hex or base64, such as `openssl rand -base64 32` makes");

    private const int TextMax = 256;
}
