namespace Coffer.Kernel.Transactions;

/// <summary>
/// Lets requests that change the same entry take turns, in the order in which they met each other. Without turns each writer runs again for every change by
/// another, and some of them lose every time.
/// </summary>
/// <remarks>An entry has a queue only while somebody has a turn at it; all others are not slowed down.</remarks>
public sealed class EntryQueues
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal);
    private volatile int _contended;

    /// <summary>True while somebody has a turn at any entry.</summary>
    public bool HasAny => _contended > 0;

    /// <summary>True while somebody has a turn at this entry.</summary>
    public bool IsContended(string key)
    {
        lock (_gate)
        {
            return _waiting.ContainsKey(key);
        }
    }

    /// <summary>Waits for a turn at an entry. Each turn must be ended.</summary>
    /// <exception cref="ContendedException"><see cref="Limits.ContendersMax"/> wait already.</exception>
    /// <exception cref="OperationCanceledException">Given up before the turn came.</exception>
    public async ValueTask<EntryTurn> EnterAsync(string key, CancellationToken cancellation)
    {
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (!_waiting.TryGetValue(key, out var queue))
            {
                _waiting.Add(key, new Queue<TaskCompletionSource>());
                _contended = _waiting.Count;
                return new EntryTurn(this, key);
            }

            if (queue.Count >= Limits.ContendersMax)
            {
                throw new ContendedException();
            }

            // The one before must not run what follows here on its own way out.
            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            queue.Enqueue(turn);
        }

        await using (cancellation.Register(() => turn.TrySetCanceled(cancellation)))
        {
            await turn.Task;
        }

        return new EntryTurn(this, key);
    }

    /// <summary>Gives the turn to the next that still waits for it.</summary>
    internal void Leave(string key)
    {
        lock (_gate)
        {
            while (_waiting[key].TryDequeue(out var next))
            {
                if (next.TrySetResult())
                {
                    return;
                }
            }

            _waiting.Remove(key);
            _contended = _waiting.Count;
        }
    }
}
