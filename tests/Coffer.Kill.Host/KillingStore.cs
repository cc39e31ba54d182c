using System.Diagnostics;
using Coffer.Storage;
using Coffer.Storage.Sqlite;
using Coffer.Testing;

namespace Coffer.Kill.Host;

/// <summary>The server's store, which kills its own process (SIGKILL) at a commit that was chosen beforehand.</summary>
/// <remarks>Between the moment and the kill no other line of the server runs, which no signal from outside could promise.</remarks>
internal sealed class KillingStore : IStore, IStoreCondition
{
    private readonly Lock _gate = new();
    private readonly IStore _inner;
    private int _left;
    private KillMoment _moment;

    public KillingStore(IStore inner)
    {
        _inner = inner;
        if (inner is SqliteStore store)
        {
            store.OnStep = step =>
            {
                if (Struck(Enum.Parse<KillMoment>(step.ToString())) is not null)
                {
                    Die();
                }
            };
        }
    }

    /// <summary>
    /// Chooses the n-th commit from now on, counted from one: before and after, those that only check preconditions included; inside, groups of commits.
    /// </summary>
    public void KillAt(int number, KillMoment moment)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(number);
        lock (_gate)
        {
            _left = number;
            _moment = moment;
        }
    }

    public string? Problem => Condition?.Problem;

    public OlderCopy? Older => Condition?.Older;

    public long Generation => Condition?.Generation ?? 0;

    public ValueTask NoteKnownAsync(StoreMark known) => Condition?.NoteKnownAsync(known) ?? ValueTask.CompletedTask;

    public void AcceptOlder() => Condition?.AcceptOlder();

    public ValueTask OpenRegisterAsync(ReadOnlyMemory<byte> key, IReadOnlyList<RegisteredKind> kinds, CancellationToken cancellation) =>
        Condition?.OpenRegisterAsync(key, kinds, cancellation) ?? ValueTask.CompletedTask;

    public ValueTask CloseRegisterAsync() => Condition?.CloseRegisterAsync() ?? ValueTask.CompletedTask;

    private IStoreCondition? Condition => _inner as IStoreCondition;

    public ValueTask<StoreEntry?> GetAsync(string key, int bytesMax, CancellationToken cancellation) => _inner.GetAsync(key, bytesMax, cancellation);

    public ValueTask<IReadOnlyList<KeyVersion>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        _inner.ScanAsync(prefix, after, limit, cancellation);

    public async ValueTask<bool> CommitAsync(StoreBatch batch)
    {
        var strikes = Struck(KillMoment.Before, KillMoment.After);
        if (strikes == KillMoment.Before)
        {
            Die();
        }

        var done = await _inner.CommitAsync(batch);
        if (strikes == KillMoment.After)
        {
            Die();
        }

        return done;
    }

    public void ForgetDecoded() => _inner.ForgetDecoded();

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    /// <summary>Counts one that has come to these moments.</summary>
    /// <returns>The chosen moment, when this is the chosen one.</returns>
    private KillMoment? Struck(params ReadOnlySpan<KillMoment> moments)
    {
        lock (_gate)
        {
            return _left > 0 && moments.Contains(_moment) && --_left == 0 ? _moment : null;
        }
    }

    private static void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();

        // The signal is on its way; nothing may happen in between.
        Thread.Sleep(Timeout.Infinite);
    }
}
