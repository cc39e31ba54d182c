namespace Coffer.Kernel.Bounds;

/// <summary>
/// The memory that requests use at once to read large stored values and to make answers of them. A request takes its share before it reads such a value, and keeps
/// it until its answer is sent. Small values are not counted. May be called from many threads at once.
/// </summary>
/// <param name="clock">Times how long a request waits.</param>
public sealed class LargeValues(TimeProvider clock)
{
    private readonly ByteShare _share = new(Limits.LargeValueBytesMax);

    /// <summary>Stored bytes of large values that requests work with now.</summary>
    public long Held => _share.Held;

    /// <summary>Takes a share, and waits for it if need be.</summary>
    /// <param name="bytes">Length of the stored value.</param>
    /// <param name="share">What the request has already; it becomes larger, or fails at once: two that wait for each other would wait in vain.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="LargeValuesTakenException">Others have it, and did not end in time.</exception>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public async ValueTask<LargeShare> TakeAsync(int bytes, LargeShare? share, CancellationToken cancellation)
    {
        // One that is larger than all of it is read by itself.
        var size = Math.Min(bytes, Limits.LargeValueBytesMax);
        if (!_share.TryTake(size))
        {
            await (share is null ? WaitAsync(size, cancellation) : throw new LargeValuesTakenException());
        }

        share ??= new LargeShare(_share);
        share.Add(size);
        return share;
    }

    private async ValueTask WaitAsync(long size, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Limits.LargeValueWaitMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await _share.TakeAsync(size, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LargeValuesTakenException();
        }
    }
}
