using System.Diagnostics;
using Coffer.Storage;
using Coffer.Testing;

namespace Coffer.Kill.Host;

/// <summary>The server's store, which kills its own process (SIGKILL) at a commit that was chosen beforehand.</summary>
/// <remarks>Between the commit and the kill no other line of the server runs, which no signal from outside could promise.</remarks>
internal sealed class KillingStore(IStore inner) : IStore, IStoreCondition
{
    private readonly Lock _gate = new();
    private int _left;
    private FaultMoment _moment;

    /// <summary>Chooses the n-th commit from now on, counted from one, those that only check preconditions included.</summary>
    public void KillAt(int number, FaultMoment moment)
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

    private IStoreCondition? Condition => inner as IStoreCondition;

    public ValueTask<StoreEntry?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public ValueTask<IReadOnlyList<KeyedEntry>> ScanAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        inner.ScanAsync(prefix, after, limit, cancellation);

    public async ValueTask<bool> CommitAsync(StoreBatch batch)
    {
        FaultMoment? strikes;
        lock (_gate)
        {
            strikes = _left > 0 && --_left == 0 ? _moment : null;
        }

        if (strikes == FaultMoment.Before)
        {
            Die();
        }

        var done = await inner.CommitAsync(batch);
        if (strikes == FaultMoment.After)
        {
            Die();
        }

        return done;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();

        // The signal is on its way; nothing may happen in between.
        Thread.Sleep(Timeout.Infinite);
    }
}
