namespace Coffer.Kernel.Bounds;

/// <summary>A number of bytes that what runs at once may hold together. May be called from many threads at once.</summary>
/// <param name="bytesMax">More is never held; nothing larger can be taken.</param>
public sealed class ByteShare(long bytesMax)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private long _held;

    /// <summary>What is held now, in bytes.</summary>
    public long Held
    {
        get
        {
            lock (_lock)
            {
                return _held;
            }
        }
    }

    /// <summary>Takes bytes if they are free and nobody waits for them.</summary>
    public bool TryTake(long bytes)
    {
        lock (_lock)
        {
            if (_waiting.Count > 0 || _held + bytes > bytesMax)
            {
                return false;
            }

            _held += bytes;
            return true;
        }
    }

    /// <summary>Takes bytes, in the order in which they were asked for.</summary>
    /// <exception cref="OperationCanceledException">They were not free in time; nothing is taken.</exception>
    public async ValueTask TakeAsync(long bytes, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _held + bytes <= bytesMax)
            {
                _held += bytes;
                return;
            }

            node = _waiting.AddLast(new Waiter(bytes));
        }

        await using (cancellation.Register(() => GiveUp(node, cancellation)))
        {
            await node.Value.Granted.Task;
        }
    }

    /// <summary>As <see cref="TakeAsync"/>, for a while.</summary>
    /// <param name="bytes">What is taken.</param>
    /// <param name="time">Longest wait.</param>
    /// <param name="clock">Times it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>False when they were not free in that time; nothing is taken.</returns>
    /// <exception cref="OperationCanceledException">Cancelled first; nothing is taken.</exception>
    public async ValueTask<bool> TryTakeAsync(long bytes, TimeSpan time, TimeProvider clock, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await TakeAsync(bytes, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void GiveBack(long bytes)
    {
        lock (_lock)
        {
            _held -= bytes;
            Grant();
        }
    }

    private void GiveUp(LinkedListNode<Waiter> node, CancellationToken cancellation)
    {
        lock (_lock)
        {
            // One that was granted a moment ago is not in the list any more.
            if (node.List is not null)
            {
                _waiting.Remove(node);
                node.Value.Granted.TrySetCanceled(cancellation);
                Grant();
            }
        }
    }

    private void Grant()
    {
        while (_waiting.First is { } first && _held + first.Value.Bytes <= bytesMax)
        {
            _waiting.RemoveFirst();
            _held += first.Value.Bytes;
            first.Value.Granted.TrySetResult();
        }
    }

    private sealed record Waiter(long Bytes)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
