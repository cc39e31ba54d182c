using Coffer.Storage;

namespace Coffer.Testing;

/// <summary>A store that fails where a test wants it to, counts what it is asked, and can be watched.</summary>
/// <remarks>
/// Calls are numbered from one, over all kinds, in the order they arrive. Failing every call in turn, from the first until no failure
/// is reached any more, shows that no place of failure was forgotten:
/// <code>
/// for (var n = 1; ; n++) { var store = new FaultyStore(inner); store.FailCall(n, FaultMoment.After); ...; if (store.Calls &lt; n) break; }
/// </code>
/// </remarks>
/// <param name="inner">Does the work. Not disposed with this store, since what outlives a crash is what a test looks at.</param>
public sealed class FaultyStore(IStore inner) : IStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(StoreCall? Kind, int Number), FaultMoment> _faults = [];
    private readonly Dictionary<StoreCall, int> _counts = [];
    private int _calls;
    private int _dead = int.MaxValue;
    private bool _disposed;

    /// <summary>Calls so far, those that failed included.</summary>
    public int Calls
    {
        get
        {
            lock (_gate)
            {
                return _calls;
            }
        }
    }

    /// <summary>Runs before each commit, and before the fault that may hit it: the place to let somebody else write in between.</summary>
    public Func<StoreBatch, ValueTask>? BeforeCommit { get; set; }

    /// <summary>Runs before each read of a key: the place to hold a reader up while others go on.</summary>
    public Func<string, ValueTask>? BeforeGet { get; set; }

    /// <summary>Calls of one kind so far.</summary>
    public int CallsOf(StoreCall kind)
    {
        lock (_gate)
        {
            return _counts.GetValueOrDefault(kind);
        }
    }

    /// <summary>Fails the n-th call, of whatever kind, counted from the making of this store.</summary>
    public void FailCall(int number, FaultMoment moment) => AddFault(null, number, moment);

    /// <summary>Fails the n-th call of one kind.</summary>
    public void FailCall(StoreCall kind, int number, FaultMoment moment) => AddFault(kind, number, moment);

    /// <summary>Fails the n-th call and every later one, as if the process or the store had died there.</summary>
    /// <param name="number">Counted from one over all kinds.</param>
    /// <param name="moment">Whether the n-th call itself is still done; the later ones are not.</param>
    public void DieAtCall(int number, FaultMoment moment)
    {
        AddFault(null, number, moment);
        lock (_gate)
        {
            _dead = number;
        }
    }

    /// <summary>Takes back every fault.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            _faults.Clear();
            _dead = int.MaxValue;
        }
    }

    public async ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation)
    {
        if (BeforeGet is { } before)
        {
            await before(key);
        }

        return await RunAsync(StoreCall.Get, () => inner.GetAsync(key, bytesMax, cancellation));
    }

    public ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        RunAsync(StoreCall.Scan, () => inner.ScanAsync(prefix, after, limit, cancellation));

    public async ValueTask<bool> CommitAsync(StoreBatch batch)
    {
        if (BeforeCommit is { } before)
        {
            await before(batch);
        }

        return await RunAsync(StoreCall.Commit, () => inner.CommitAsync(batch));
    }

    public void ForgetDecoded() => inner.ForgetDecoded();

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private async ValueTask<T> RunAsync<T>(StoreCall kind, Func<ValueTask<T>> call)
    {
        if (_disposed)
        {
            throw new StoreUnavailableException("The store is closed.");
        }

        var (number, fault) = Count(kind);
        if (fault == FaultMoment.Before)
        {
            throw new StoreUnavailableException($"Injected before {kind}, call {number}.");
        }

        var result = await call();
        return fault == FaultMoment.After
            ? throw new StoreUnavailableException($"Injected after {kind}, call {number}: it was done.")
            : result;
    }

    private (int Number, FaultMoment? Fault) Count(StoreCall kind)
    {
        lock (_gate)
        {
            var number = ++_calls;
            var ofKind = _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
            if (_faults.TryGetValue((null, number), out var moment) || _faults.TryGetValue((kind, ofKind), out moment))
            {
                return (number, moment);
            }

            return (number, number > _dead ? FaultMoment.Before : null);
        }
    }

    private void AddFault(StoreCall? kind, int number, FaultMoment moment)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(number);
        lock (_gate)
        {
            _faults[(kind, number)] = moment;
        }
    }
}
