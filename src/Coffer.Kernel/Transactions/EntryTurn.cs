namespace Coffer.Kernel.Transactions;

/// <summary>A turn at one entry: no other request that met a change of it commits until this is disposed. Disposing twice does nothing.</summary>
public sealed class EntryTurn : IDisposable
{
    private EntryQueues? _queues;

    internal EntryTurn(EntryQueues queues, string key)
    {
        _queues = queues;
        Key = key;
    }

    /// <summary>The full key of the entry.</summary>
    public string Key { get; }

    public void Dispose() => Interlocked.Exchange(ref _queues, null)?.Leave(Key);
}
