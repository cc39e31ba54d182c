using System.Collections;

namespace Coffer.Kernel.Lockout;

/// <summary>Entries in the order of their failures, bounded in bytes.</summary>
internal sealed class LockoutShare(long bytesMax) : IEnumerable<LockoutEntry>
{
    private long _bytes;

    public LinkedList<LockoutEntry> Entries { get; } = new();

    public LinkedListNode<LockoutEntry> Add(LockoutEntry entry)
    {
        _bytes += entry.Bytes;
        return Entries.AddLast(entry);
    }

    public void Remove(LinkedListNode<LockoutEntry> node)
    {
        Entries.Remove(node);
        _bytes -= node.Value.Bytes;
    }

    /// <summary>Takes out the entry that failed longest ago, if there are more than fit; null when there are not.</summary>
    public LockoutEntry? PushOut()
    {
        if (_bytes <= bytesMax || Entries.First is not { } oldest)
        {
            return null;
        }

        Remove(oldest);
        return oldest.Value;
    }

    public IEnumerator<LockoutEntry> GetEnumerator() => Entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
