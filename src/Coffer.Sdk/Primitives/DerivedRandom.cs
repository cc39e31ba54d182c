using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.Sdk.Primitives;

/// <summary>
/// Bytes that look random and are fixed by a lease id: planning the same lease again gives the same name. The id cannot be computed back from
/// them (SHA-256 in counter mode), and is itself unguessable.
/// </summary>
public sealed class DerivedRandom : IRandom
{
    private readonly byte[] _block;
    private uint _counter;

    /// <param name="purpose">Keeps streams of one lease apart; never changed once released.</param>
    /// <param name="leaseId">The whole lease id.</param>
    public DerivedRandom(string purpose, string leaseId)
    {
        var label = Encoding.UTF8.GetBytes($"{purpose}\0{leaseId}\0");
        _block = new byte[label.Length + sizeof(uint)];
        label.CopyTo(_block, 0);
    }

    public void Fill(Span<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        while (!bytes.IsEmpty)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_block.AsSpan(_block.Length - sizeof(uint)), _counter++);
            SHA256.HashData(_block, digest);
            var taken = Math.Min(digest.Length, bytes.Length);
            digest[..taken].CopyTo(bytes);
            bytes = bytes[taken..];
        }
    }
}
