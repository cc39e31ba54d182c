using System.Collections.Immutable;

namespace Coffer.Kernel.Telemetry;

/// <summary>The values of one metric with one set of labels. Adding takes no lock and no memory.</summary>
internal sealed class MetricSeries(ImmutableArray<KeyValuePair<string, string>> labels, ImmutableArray<double> bounds)
{
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private double _sum;

    public ImmutableArray<KeyValuePair<string, string>> Labels { get; } = labels;

    /// <summary>Counts <paramref name="count"/> things, which a bucket above all bounds holds.</summary>
    public void Add(long count) => Interlocked.Add(ref _buckets[^1], count);

    /// <summary>Adds one value to the histogram.</summary>
    public void Observe(double value)
    {
        if (!double.IsFinite(value))
        {
            // One such value would make the sum useless for as long as the process lives.
            return;
        }

        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _buckets[bucket]);
        for (var seen = Volatile.Read(ref _sum); ;)
        {
            var found = Interlocked.CompareExchange(ref _sum, seen + value, seen);
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(seen))
            {
                return;
            }

            seen = found;
        }
    }

    /// <summary>Replaces the value of a gauge.</summary>
    public void Set(double value) => Volatile.Write(ref _sum, value);

    public SeriesReading Read(MetricKind kind)
    {
        var buckets = ImmutableArray.CreateBuilder<Bucket>(_buckets.Length);
        long count = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            var held = Interlocked.Read(ref _buckets[i]);
            count += held;
            buckets.Add(new Bucket(i < bounds.Length ? bounds[i] : double.PositiveInfinity, held));
        }

        return kind switch
        {
            MetricKind.Counter => new SeriesReading(Labels, count, count, []),
            MetricKind.Gauge => new SeriesReading(Labels, 1, Volatile.Read(ref _sum), []),
            _ => new SeriesReading(Labels, count, Volatile.Read(ref _sum), buckets.MoveToImmutable()),
        };
    }
}
