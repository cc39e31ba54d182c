using System.Security.Cryptography;

namespace Coffer.Sdk.Primitives;

/// <summary>HMAC-SHA256 (RFC 2104) under one key. All members may be called from many threads at once.</summary>
public sealed class HmacKey : IDisposable
{
    /// <summary>Length of a MAC in bytes.</summary>
    public const int MacBytes = HMACSHA256.HashSizeInBytes;

    private readonly SecretBytes _key;
    private readonly KeyedPool<IncrementalHash> _macs;

    /// <summary>Takes a copy of the key; the caller zeroes what it gave, where it can.</summary>
    public HmacKey(ReadOnlySpan<byte> key)
    {
        _key = SecretBytes.CopyOf(key);
        _macs = new KeyedPool<IncrementalHash>(_key, static key => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Expose()));
    }

    /// <summary>Writes the MAC of a message.</summary>
    /// <param name="message">Any number of bytes.</param>
    /// <param name="mac">At least <see cref="MacBytes"/> long.</param>
    /// <exception cref="ArgumentOutOfRangeException">The MAC does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The key is zeroed.</exception>
    public void Hash(ReadOnlySpan<byte> message, Span<byte> mac) => Hash(message, [], mac);

    /// <summary>Writes the MAC of a message in two parts: that of both, one after the other.</summary>
    /// <param name="first">Of a known length, or two messages could have one MAC.</param>
    /// <param name="second">Any number of bytes.</param>
    /// <param name="mac">At least <see cref="MacBytes"/> long.</param>
    /// <exception cref="ArgumentOutOfRangeException">The MAC does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The key is zeroed.</exception>
    public void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> mac)
    {
        // Before anything is hashed: what failed half-way would be part of the next message.
        ArgumentOutOfRangeException.ThrowIfLessThan(mac.Length, MacBytes);
        var hash = _macs.Rent();
        try
        {
            hash.AppendData(first);
            hash.AppendData(second);
            hash.GetHashAndReset(mac);
        }
        finally
        {
            _macs.Return(hash);
        }
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _macs.Dispose();
        _key.Dispose();
    }
}
