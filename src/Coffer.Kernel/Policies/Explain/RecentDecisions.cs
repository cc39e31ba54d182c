namespace Coffer.Kernel.Policies.Explain;

/// <summary>
/// The last decisions, by request id, in this process's memory only. Bounded in bytes; the oldest go first. Refusals have a part of their own, so
/// that traffic that is allowed does not push them out.
/// </summary>
public sealed class RecentDecisions(int refusedBytesMax, int allowedBytesMax)
{
    private readonly Part _refused = new(refusedBytesMax);
    private readonly Part _allowed = new(allowedBytesMax);

    /// <summary>Bytes held, about.</summary>
    public int Bytes => _refused.Bytes + _allowed.Bytes;

    /// <summary>Remembers a decision. Not thread by thread in order: two at once may come in either.</summary>
    public void Add(Explanation decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        (decision.IsAllowed ? _allowed : _refused).Add(decision);
    }

    /// <summary>The decision on a request; null when it is not remembered, or never was.</summary>
    public Explanation? Find(string requestId) => _refused.Find(requestId) ?? _allowed.Find(requestId);

    private sealed class Part(int bytesMax)
    {
        private readonly Lock _lock = new();
        private readonly Queue<(string RequestId, int Bytes)> _order = new();
        private readonly Dictionary<string, Explanation> _byId = new(StringComparer.Ordinal);

        public int Bytes { get; private set; }

        public void Add(Explanation decision)
        {
            var bytes = decision.Bytes;
            if (bytes > bytesMax)
            {
                return;
            }

            lock (_lock)
            {
                if (!_byId.TryAdd(decision.RequestId, decision))
                {
                    return;
                }

                _order.Enqueue((decision.RequestId, bytes));
                Bytes += bytes;
                while (Bytes > bytesMax)
                {
                    var (oldest, held) = _order.Dequeue();
                    _byId.Remove(oldest);
                    Bytes -= held;
                }
            }
        }

        public Explanation? Find(string requestId)
        {
            lock (_lock)
            {
                return _byId.GetValueOrDefault(requestId);
            }
        }
    }
}
