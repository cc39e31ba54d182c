using Coffer.Policies.Explain;

namespace Coffer.Kernel.Policies;

/// <summary>
/// The last decisions, by request id, in this process's memory only. Bounded in bytes; the oldest go first. Refusals have a part of their own, so
/// that traffic that is allowed does not push them out.
/// </summary>
/// <remarks>All members may be called from many threads at once. Concurrent calls may be recorded in any order.</remarks>
/// <param name="refusedBytesMax">For refusals, which are kept explained.</param>
/// <param name="allowedBytesMax">For allowed requests, which are explained when somebody asks.</param>
public sealed class RecentDecisions(int refusedBytesMax, int allowedBytesMax)
{
    private readonly RefusedPart _refused = new(refusedBytesMax);
    private readonly AllowedRing _allowed = new(allowedBytesMax);

    /// <summary>Bytes held, about.</summary>
    public int Bytes => _refused.Bytes + _allowed.Bytes;

    /// <summary>Remembers a refusal.</summary>
    public void Add(Explanation refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        _refused.Add(refusal);
    }

    /// <summary>Remembers an allowed request. Takes no lock.</summary>
    public void Add(AllowedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _allowed.Add(request);
    }

    /// <summary>The decision on a request; null when it is not remembered, or never was.</summary>
    public Explanation? Find(string requestId) => _refused.Find(requestId) ?? _allowed.Find(requestId)?.Explain();

    private sealed class RefusedPart(int bytesMax)
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
