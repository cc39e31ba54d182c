using System.Numerics;

namespace Coffer.Sdk.Primitives;

/// <summary>
/// Keeps ciphers, or MACs, of one key for reuse: setting one up costs more than a small message, and one may serve only one thread at a time.
/// </summary>
/// <param name="key">Zeroed by its owner, after the pool was disposed.</param>
/// <param name="make">Sets up one for the key.</param>
public sealed class KeyedPool<T>(SecretBytes key, Func<SecretBytes, T> make) : IDisposable
    where T : class, IDisposable
{
    // Twice the processors, so that a thread moved between them still finds one; a power of two for the mask.
    private static int Slots { get; } = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2);

    private readonly T?[] _idle = new T?[Slots];
    private readonly Lock _making = new();
    private volatile bool _disposed;

    /// <summary>One for the caller alone, until it is given back.</summary>
    /// <exception cref="ObjectDisposedException">The key is zeroed.</exception>
    public T Rent()
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

        // Disposing takes the same lock before the key is zeroed: nothing must ever be made of a key that is half gone.
        lock (_making)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return make(key);
        }
    }

    /// <summary>Takes one back.</summary>
    public void Return(T used)
    {
        ArgumentNullException.ThrowIfNull(used);
        var start = Thread.GetCurrentProcessorId();
        for (var i = 0; i < Slots && !_disposed; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[(start + i) & (Slots - 1)], used, null) is null)
            {
                // Disposing may have swept the slots just before.
                if (_disposed)
                {
                    Sweep();
                }

                return;
            }
        }

        used.Dispose();
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
