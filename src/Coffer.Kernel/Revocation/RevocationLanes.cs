using Coffer.Kernel.Leases;

namespace Coffer.Kernel.Revocation;

/// <summary>
/// What is due, sorted by the mount that it belongs to. Each mount has a budget of its own, so that an outside system that hangs holds up nothing but what
/// it has to carry out itself. Knows no more than a bounded number of entries of each mount; the rest stays in the store until there is room.
/// </summary>
public sealed class RevocationLanes(TimeProvider clock)
{
    /// <summary>The lane of tokens, which no outside system has a part in.</summary>
    public const string OfTokens = "";

    /// <summary>An entry is late when it is not done this long after it was due: far longer than ending it takes where all is well.</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(10);

    /// <summary>A lease that has failed is on the list of what needs attention when it is this late, also where trying again may help.</summary>
    public static readonly TimeSpan ListedAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>True for an entry that waits or is being worked on.</summary>
    public bool Knows(string key)
    {
        lock (_lock)
        {
            return _known.Contains(key);
        }
    }

    /// <summary>Takes an entry into its lane.</summary>
    /// <returns>True when it is to be worked on now. Otherwise it waits, is known already, or there is no room for it yet.</returns>
    public bool Take(DueEntry entry)
    {
        lock (_lock)
        {
            if (_known.Contains(entry.Key))
            {
                return false;
            }

            if (!_lanes.TryGetValue(entry.Lane, out var lane))
            {
                _lanes[entry.Lane] = lane = new Lane();
            }

            var starts = lane.InFlight.Count < Limits.RevocationsPerMount;
            if (!starts && lane.Waiting.Count >= Limits.LeasesPerPass)
            {
                lane.HasMore = true;
                return false;
            }

            _known.Add(entry.Key);
            if (starts)
            {
                lane.InFlight.Add(entry);
            }
            else
            {
                lane.Waiting.Enqueue(entry);
            }

            return starts;
        }
    }

    /// <summary>Ends the work on an entry.</summary>
    /// <param name="isSetAside">It stays known, so that it is not taken again, until <see cref="Forget"/>.</param>
    /// <returns>The entry whose turn it is now, if any; and whether there is room for more of this mount than is known.</returns>
    public (DueEntry? Next, bool HasRoom) End(DueEntry entry, bool isSetAside)
    {
        lock (_lock)
        {
            var lane = _lanes[entry.Lane];
            lane.InFlight.Remove(entry);
            if (!isSetAside)
            {
                _known.Remove(entry.Key);
            }

            if (lane.Waiting.TryDequeue(out var next))
            {
                lane.InFlight.Add(next);
                return (next, false);
            }

            var hasRoom = lane.HasMore;
            lane.HasMore = false;
            if (lane.InFlight.Count == 0 && !hasRoom)
            {
                _lanes.Remove(entry.Lane);
            }

            return (null, hasRoom);
        }
    }

    /// <summary>Lets an entry that was set aside be taken again.</summary>
    public void Forget(string key)
    {
        lock (_lock)
        {
            _known.Remove(key);
        }
    }

    /// <summary>The mounts at which something is late, the latest first.</summary>
    public IReadOnlyList<LateMount> Late()
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            return
            [
                .. _lanes.Select(lane => LateMount.Of(lane.Key, [.. lane.Value.InFlight, .. lane.Value.Waiting], lane.Value.InFlight.Count, lane.Value.HasMore, now))
                    .OfType<LateMount>()
                    .OrderByDescending(late => late.By),
            ];
        }
    }

    /// <summary>When something that is known becomes late next; null when nothing will.</summary>
    public DateTimeOffset? NextLate()
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            var times = _lanes.Values.SelectMany(lane => lane.InFlight.Concat(lane.Waiting)).Select(entry => entry.Due + LateAfter).Where(time => time > now);
            return times.Select(time => (DateTimeOffset?)time).Min();
        }
    }

    private sealed class Lane
    {
        public HashSet<DueEntry> InFlight { get; } = [];

        public Queue<DueEntry> Waiting { get; } = new();

        /// <summary>More was due than there was room for.</summary>
        public bool HasMore { get; set; }
    }
}
