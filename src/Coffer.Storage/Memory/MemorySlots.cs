using Coffer.Storage.Caching;

namespace Coffer.Storage.Memory;

/// <summary>Bounds what readers have made of the entries of a <see cref="MemoryStore"/>: the entries themselves stay.</summary>
internal sealed class MemorySlots(long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly CacheRing<MemoryCell> _ring = new(bytesMax);

    public void Keep(MemoryCell cell, object decoded)
    {
        lock (_gate)
        {
            if (cell.IsReplaced || cell.Ring is not null || cell.Cost > bytesMax / 16)
            {
                return;
            }

            cell.Set(decoded);
            _ring.Add(cell);
            while (_ring.TryEvict(out var evicted))
            {
                evicted.Set(null);
            }
        }
    }

    /// <summary>The cell is replaced by another: nothing is kept in it from here on.</summary>
    public void Remove(MemoryCell cell)
    {
        lock (_gate)
        {
            cell.IsReplaced = true;
            cell.Set(null);
            cell.Ring?.Remove(cell);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            while (_ring.TryTakeOldest(out var cell))
            {
                cell.Set(null);
            }
        }
    }
}
