using System.Diagnostics.CodeAnalysis;

namespace Coffer.Storage.Caching;

/// <summary>Nodes by age, with a budget: the oldest goes, unless it was used, which makes it young again. Guarded by its owner's lock.</summary>
internal sealed class CacheRing<T>(long bytesMax)
    where T : RingNode<T>
{
    /// <summary>Second chances at one eviction, so that it does not walk a whole ring of used entries under the lock.</summary>
    private const int SecondChancesMax = 32;

    private T? _newest;
    private T? _oldest;

    public long Bytes { get; private set; }

    public void Add(T node)
    {
        node.Ring = this;
        node.Older = _newest;
        node.Newer = null;
        if (_newest is not null)
        {
            _newest.Newer = node;
        }

        _newest = node;
        _oldest ??= node;
        Bytes += node.Cost;
    }

    public void Remove(T node)
    {
        if (node.Newer is null)
        {
            _newest = node.Older;
        }
        else
        {
            node.Newer.Older = node.Older;
        }

        if (node.Older is null)
        {
            _oldest = node.Newer;
        }
        else
        {
            node.Older.Newer = node.Newer;
        }

        node.Ring = null;
        node.Newer = null;
        node.Older = null;
        Bytes -= node.Cost;
    }

    /// <summary>Takes out one node if the ring is over its budget.</summary>
    public bool TryEvict([NotNullWhen(true)] out T? evicted)
    {
        evicted = null;
        if (Bytes <= bytesMax)
        {
            return false;
        }

        for (var chances = 0; _oldest is { Touched: true } used && chances < SecondChancesMax; chances++)
        {
            used.Touched = false;
            Remove(used);
            Add(used);
        }

        return TryTakeOldest(out evicted);
    }

    /// <summary>Takes out the oldest node.</summary>
    public bool TryTakeOldest([NotNullWhen(true)] out T? oldest)
    {
        oldest = _oldest;
        if (oldest is null)
        {
            return false;
        }

        Remove(oldest);
        return true;
    }

    /// <summary>A node in the ring has become larger, or smaller.</summary>
    public void Grow(long bytes) => Bytes += bytes;
}
