namespace Coffer.Kernel.Bounds;

/// <summary>
/// The memory that requests use at once to read large stored values and to make answers of them. A request takes its share before it reads such a value, and keeps
/// it until its answer is sent. Small values are not counted, and those of more than <see cref="Limits.LargeValueBytes"/> are counted apart, so that a few of these
/// hold up only each other. May be called from many threads at once.
/// </summary>
/// <param name="clock">Times how long a request waits.</param>
public sealed class LargeValues(TimeProvider clock)
{
    private readonly ByteShare _medium = new(Limits.LargeValueBytesMax);
    private readonly ByteShare _large = new(Limits.LargeValueBytesMax);

    /// <summary>Takes memory for one stored value. Waits for it, at most <see cref="Limits.LargeValueWaitMax"/>, if the request holds none yet.</summary>
    /// <param name="bytes">Length of the stored value.</param>
    /// <param name="share">What the request already holds; null for nothing. A request that holds some does not wait for more, because two such requests could wait for each other forever.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="LargeValuesTakenException">Other requests hold the memory, and did not end in time.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; nothing is taken.</exception>
    public async ValueTask<LargeShare> TakeAsync(int bytes, LargeShare? share, CancellationToken cancellation)
    {
        var kind = bytes <= Limits.LargeValueBytes ? _medium : _large;
        if (!kind.TryTake(bytes) && (share is not null || !await kind.TryTakeAsync(bytes, Limits.LargeValueWaitMax, clock, cancellation)))
        {
            throw new LargeValuesTakenException();
        }

        share ??= new LargeShare();
        share.Add(kind, bytes);
        return share;
    }
}
