using System.Security.Cryptography;

namespace Coffer.Barrier;

/// <summary>Working memory for key material on its way into <see cref="Coffer.Sdk.Primitives.SecretBytes"/>: pinned, and zeroed on dispose.</summary>
internal readonly ref struct PinnedBuffer(int length) : IDisposable
{
    private readonly byte[] _bytes = GC.AllocateArray<byte>(length, pinned: true);

    public Span<byte> Span => _bytes;

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
