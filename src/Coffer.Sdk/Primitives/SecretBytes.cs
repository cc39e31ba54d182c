using System.Security.Cryptography;

namespace Coffer.Sdk.Primitives;

/// <summary>Key material: pinned so that the collector leaves no copies, zeroed on dispose, never printed.</summary>
/// <remarks>One owner, one <c>using</c>. Not for values that arrive as strings: those cannot be zeroed.</remarks>
public sealed class SecretBytes : IDisposable
{
    private byte[]? _bytes;

    private SecretBytes(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>Takes a copy; the caller zeroes what it gave, where it can.</summary>
    public static SecretBytes CopyOf(ReadOnlySpan<byte> bytes)
    {
        var secret = new SecretBytes(bytes.Length);
        bytes.CopyTo(secret._bytes);
        return secret;
    }

    /// <summary>A new random key of <paramref name="length"/> bytes.</summary>
    public static SecretBytes Random(int length, IRandom random)
    {
        var secret = new SecretBytes(length);
        random.Fill(secret._bytes);
        return secret;
    }

    /// <summary>The bytes, valid until <see cref="Dispose"/>. Named so that every use can be found by search.</summary>
    public ReadOnlySpan<byte> Expose()
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);
        return _bytes;
    }

    public override string ToString() => "SecretBytes(redacted)";

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
