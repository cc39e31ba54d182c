namespace Coffer.Kernel.Quotas;

/// <summary>What a rate limit leaves a client after a request.</summary>
/// <param name="Allowed">False: refused, and <paramref name="RetryAfter"/> says for how long.</param>
/// <param name="Remaining">Requests left at this moment.</param>
/// <param name="FullIn">When all of them are there again.</param>
internal readonly record struct RateStanding(bool Allowed, long Remaining, TimeSpan RetryAfter, TimeSpan FullIn);

/// <summary>
/// The state of one rate limit: a bucket of requests for each client address, filled evenly. Memory is bounded: addresses beyond the bound share
/// one bucket until others have rested.
/// </summary>
internal sealed class RateBuckets(QuotaRule rule)
{
    /// <summary>Addresses that have a bucket of their own.</summary>
    public const int AddressesMax = 10_000;

    private const string Others = "";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly double _capacity = Math.Max(1, rule.Rate);
    private readonly double _perSecond = rule.Rate / rule.Interval.TotalSeconds;
    private DateTimeOffset _sweptAt;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _buckets.Count;
            }
        }
    }

    public RateStanding Take(string address, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!_buckets.TryGetValue(address, out var bucket))
            {
                address = MakeRoom(now) ? address : Others;
                bucket = _buckets.GetValueOrDefault(address, new Bucket(_capacity, now, DateTimeOffset.MinValue));
            }

            bucket = Filled(bucket, now);
            if (bucket.BlockedUntil > now)
            {
                _buckets[address] = bucket;
                return new RateStanding(false, 0, bucket.BlockedUntil - now, FullIn(bucket));
            }

            if (bucket.Left < 1)
            {
                var wait = TimeSpan.FromSeconds((1 - bucket.Left) / _perSecond);
                var until = rule.BlockInterval > TimeSpan.Zero ? now + rule.BlockInterval : bucket.BlockedUntil;
                _buckets[address] = bucket with { BlockedUntil = until };
                return new RateStanding(false, 0, until > now + wait ? until - now : wait, FullIn(bucket));
            }

            bucket = bucket with { Left = bucket.Left - 1 };
            _buckets[address] = bucket;
            return new RateStanding(true, (long)bucket.Left, TimeSpan.Zero, FullIn(bucket));
        }
    }

    /// <summary>A clock that was set back fills nothing, takes nothing away, and makes no block longer than the rule does.</summary>
    private Bucket Filled(Bucket bucket, DateTimeOffset now)
    {
        var passed = Math.Max(0, (now - bucket.At).TotalSeconds);
        return bucket with
        {
            Left = Math.Min(_capacity, bucket.Left + (passed * _perSecond)),
            At = now,
            BlockedUntil = bucket.BlockedUntil - now > rule.BlockInterval ? now + rule.BlockInterval : bucket.BlockedUntil,
        };
    }

    private TimeSpan FullIn(Bucket bucket) => TimeSpan.FromSeconds(Math.Min((_capacity - bucket.Left) / _perSecond, TimeSpan.MaxValue.TotalSeconds / 2));

    /// <summary>Whether one more address fits in. What is full and not blocked is as good as forgotten.</summary>
    private bool MakeRoom(DateTimeOffset now)
    {
        if (_buckets.Count < AddressesMax)
        {
            return true;
        }

        if ((now - _sweptAt).Duration() >= TimeSpan.FromSeconds(1))
        {
            _sweptAt = now;
            foreach (var (address, bucket) in _buckets)
            {
                if (bucket.BlockedUntil <= now && Filled(bucket, now).Left >= _capacity)
                {
                    _buckets.Remove(address);
                }
            }
        }

        return _buckets.Count < AddressesMax;
    }

    private readonly record struct Bucket(double Left, DateTimeOffset At, DateTimeOffset BlockedUntil);
}
