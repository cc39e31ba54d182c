namespace Coffer.Server.Http.Bodies;

/// <summary>
/// The bytes of request bodies that one server holds at once, from their arrival to the end of their requests. Token holders and everybody else have
/// a share each, so that nobody without a token can use up what the others need.
/// </summary>
/// <param name="holdersMax">The token holders' share in bytes. No single body is larger.</param>
/// <param name="strangersMax">The share of everybody else, in bytes.</param>
internal sealed class BodyBudget(long holdersMax, long strangersMax)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private long _holders;
    private long _strangers;

    /// <summary>Enough for two of the largest bodies that any listener takes.</summary>
    public static BodyBudget For(IEnumerable<long> largestBodies) =>
        new(Math.Max(BodyLimits.TokenHoldersBytesMax, 2 * largestBodies.DefaultIfEmpty().Max(size => Math.Min(size, Array.MaxLength))), BodyLimits.StrangersBytesMax);

    /// <summary>What is held now, in bytes.</summary>
    public long Held
    {
        get
        {
            lock (_lock)
            {
                return _holders + _strangers;
            }
        }
    }

    /// <summary>Takes bytes of the strangers' share if they are free.</summary>
    public bool TryTakeAsStranger(long bytes)
    {
        lock (_lock)
        {
            if (_strangers + bytes > strangersMax)
            {
                return false;
            }

            _strangers += bytes;
            return true;
        }
    }

    /// <summary>Takes bytes of the token holders' share if they are free and nobody waits for them.</summary>
    public bool TryTakeAsHolder(long bytes)
    {
        lock (_lock)
        {
            if (_waiting.Count > 0 || _holders + bytes > holdersMax)
            {
                return false;
            }

            _holders += bytes;
            return true;
        }
    }

    /// <summary>Takes bytes of the token holders' share, in the order in which they were asked for.</summary>
    /// <exception cref="OperationCanceledException">They were not free in time; nothing is taken.</exception>
    public async ValueTask TakeAsHolderAsync(long bytes, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _holders + bytes <= holdersMax)
            {
                _holders += bytes;
                return;
            }

            node = _waiting.AddLast(new Waiter(bytes));
        }

        await using (cancellation.Register(() => GiveUp(node, cancellation)))
        {
            await node.Value.Granted.Task;
        }
    }

    /// <summary>Gives back what was taken of either share.</summary>
    public void GiveBack(long holderBytes, long strangerBytes)
    {
        lock (_lock)
        {
            _holders -= holderBytes;
            _strangers -= strangerBytes;
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
        while (_waiting.First is { } first && _holders + first.Value.Bytes <= holdersMax)
        {
            _waiting.RemoveFirst();
            _holders += first.Value.Bytes;
            first.Value.Granted.TrySetResult();
        }
    }

    private sealed record Waiter(long Bytes)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
