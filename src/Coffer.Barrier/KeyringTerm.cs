using System.Security.Cryptography;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>One key of the keyring. Rings that follow from each other share their terms; the last ring to let go of a term zeroes its key.</summary>
/// <remarks>A new term has no owner yet. Each <see cref="Share"/> is ended by one <see cref="Dispose"/>.</remarks>
internal sealed class KeyringTerm : IDisposable
{
    private readonly SecretBytes _key;
    private readonly KeyedPool<AesGcm> _ciphers;
    private long _encryptionsStored;
    private long _encryptionsSince;
    private int _owners;

    /// <param name="number">From 1.</param>
    /// <param name="key">32 bytes; owned by the term from here on.</param>
    /// <param name="installed">When the term became the active one.</param>
    /// <param name="encryptions">Encryptions so far, as stored.</param>
    public KeyringTerm(uint number, SecretBytes key, DateTimeOffset installed, long encryptions)
    {
        Number = number;
        Installed = installed;
        _key = key;
        _ciphers = new KeyedPool<AesGcm>(key, static key => Aead.Cipher(key.Expose()));
        _encryptionsStored = encryptions;
    }

    public uint Number { get; }

    public DateTimeOffset Installed { get; }

    /// <summary>The key, for encoding the ring.</summary>
    public ReadOnlySpan<byte> ExposeKey() => _key.Expose();

    public KeyedPool<AesGcm> Ciphers => _ciphers;

    /// <summary>Encryptions by all that stored their count, and by this process since.</summary>
    public long Encryptions => Interlocked.Read(ref _encryptionsStored) + Interlocked.Read(ref _encryptionsSince);

    public void CountEncryption() => Interlocked.Increment(ref _encryptionsSince);

    /// <summary>Notes that a total of this process is in the store now.</summary>
    public void NoteStored(long encryptions)
    {
        var before = Interlocked.Exchange(ref _encryptionsStored, encryptions);
        Interlocked.Add(ref _encryptionsSince, before - encryptions);
    }

    /// <summary>Notes what others have stored: this process's own count since comes on top.</summary>
    public void NoteOthers(long encryptions)
    {
        if (encryptions > Interlocked.Read(ref _encryptionsStored))
        {
            Interlocked.Exchange(ref _encryptionsStored, encryptions);
        }
    }

    public bool HasKeyOf(KeyringTerm other) => CryptographicOperations.FixedTimeEquals(_key.Expose(), other._key.Expose());

    /// <summary>Makes the caller one more owner.</summary>
    /// <exception cref="ObjectDisposedException">The key is zeroed: it had its last owner.</exception>
    public void Share()
    {
        int owners;
        do
        {
            owners = Volatile.Read(ref _owners);
            ObjectDisposedException.ThrowIf(owners < 0, this);
        }
        while (Interlocked.CompareExchange(ref _owners, owners + 1, owners) != owners);
    }

    /// <summary>Ends one owner's share; after the last one the key is zeroed and cannot be shared again.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _owners) == 0 && Interlocked.CompareExchange(ref _owners, Gone, 0) == 0)
        {
            _ciphers.Dispose();
            _key.Dispose();
        }
    }

    private const int Gone = int.MinValue;
}
