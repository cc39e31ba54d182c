using System.Numerics;
using System.Security.Cryptography;
using Coffer.Sdk.Primitives;

namespace Coffer.Barrier;

/// <summary>
/// Keeps ciphers of one key for reuse: setting one up costs more than sealing a small entry, and one may serve only one thread at a time.
/// </summary>
/// <param name="key">Zeroed by its owner, after the pool was disposed.</param>
/// <param name="make">Sets up a cipher of the key.</param>
internal sealed class SealerPool(SecretBytes key, Func<SecretBytes, AesGcm> make) : IDisposable
{
    // Twice the processors, so that a thread moved between them still finds one; a power of two for the mask.
    private static readonly int Slots = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2);

    private readonly Sealer?[] _idle = new Sealer?[Slots];
    private readonly Lock _making = new();
    private volatile bool _disposed;

    /// <summary>A sealer for the caller alone, until it is given back.</summary>
    /// <exception cref="ObjectDisposedException">The key is zeroed.</exception>
    public Sealer Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var start = Thread.GetCurrentProcessorId();
        for (var i = 0; i < Slots; i++)
        {
            if (Interlocked.Exchange(ref _idle[(start + i) & (Slots - 1)], null) is { } idle)
            {
                return idle;
            }
        }

        // Disposing takes the same lock before the key is zeroed: a cipher must never be made of a key that is half gone.
        lock (_making)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return new Sealer(make(key));
        }
    }

    /// <summary>Takes a sealer back.</summary>
    public void Return(Sealer sealer)
    {
        var start = Thread.GetCurrentProcessorId();
        for (var i = 0; i < Slots && !_disposed; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[(start + i) & (Slots - 1)], sealer, null) is null)
            {
                // Disposing may have swept the slots just before.
                if (_disposed)
                {
                    Sweep();
                }

                return;
            }
        }

        sealer.Dispose();
    }

    /// <summary>Frees what is idle now, and what is in use when it comes back.</summary>
    public void Dispose()
    {
        lock (_making)
        {
            _disposed = true;
        }

        Sweep();
    }

    private void Sweep()
    {
        for (var i = 0; i < Slots; i++)
        {
            Interlocked.Exchange(ref _idle[i], null)?.Dispose();
        }
    }
}
