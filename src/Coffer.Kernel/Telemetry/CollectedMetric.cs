using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace Coffer.Kernel.Telemetry;

/// <summary>What one instrument has measured, a series for each set of labels. Finding a series that exists takes no lock and no memory.</summary>
internal sealed class CollectedMetric
{
    /// <summary>Sets of labels that have a series of their own; further sets share one. More than mounts, operations and statuses make.</summary>
    internal const int SeriesMax = 1000;

    private readonly Instrument _instrument;
    private readonly MetricKind _kind;
    private readonly ImmutableArray<double> _bounds;
    private readonly Lock _gate = new();
    private volatile MetricSeries? _unlabelled;
    private volatile MetricSeries?[] _slots = new MetricSeries?[16];
    private ImmutableArray<MetricSeries> _labelled = [];
    private MetricSeries? _others;

    public CollectedMetric(Instrument instrument)
    {
        _instrument = instrument;
        _kind = instrument switch
        {
            Histogram<double> => MetricKind.Histogram,
            ObservableInstrument<double> => MetricKind.Gauge,
            _ => MetricKind.Counter,
        };
        _bounds = instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } ? [.. bounds] : [];
    }

    public void Count(long count, ReadOnlySpan<KeyValuePair<string, object?>> labels) => SeriesOf(labels).Add(count);

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var series = SeriesOf(labels);
        if (_kind == MetricKind.Gauge)
        {
            series.Set(value);
        }
        else
        {
            series.Observe(value);
        }
    }

    /// <summary>Forgets what a gauge was, so that one that measures nothing now is not shown.</summary>
    public void BeginLook()
    {
        if (_kind == MetricKind.Gauge)
        {
            lock (_gate)
            {
                (_unlabelled, _slots, _labelled, _others) = (null, new MetricSeries?[16], [], null);
            }
        }
    }

    /// <returns>Null for a gauge that measures nothing now. A counter that has counted nothing is 0, so that its name is known before it happens.</returns>
    public MetricReading? Read()
    {
        ImmutableArray<SeriesReading> series;
        lock (_gate)
        {
            IEnumerable<MetricSeries?> all = [_unlabelled, .. _labelled, _others];
            series = [.. all.OfType<MetricSeries>().Select(one => one.Read(_kind))];
        }

        if (series.IsEmpty)
        {
            if (_kind == MetricKind.Gauge)
            {
                return null;
            }

            series = [new MetricSeries([], _bounds).Read(_kind)];
        }

        return new MetricReading(_instrument.Name, _instrument.Description ?? "", _kind, _instrument.Unit ?? "", series);
    }

    private MetricSeries SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (labels.IsEmpty)
        {
            return _unlabelled ?? AddUnlabelled();
        }

        var hash = HashOf(labels);
        return Find(_slots, hash, labels) ?? Add(hash, labels);
    }

    private static MetricSeries? Find(MetricSeries?[] slots, int hash, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        for (var at = hash & (slots.Length - 1); slots[at] is { } series; at = (at + 1) & (slots.Length - 1))
        {
            if (Has(series, labels))
            {
                return series;
            }
        }

        return null;
    }

    private MetricSeries AddUnlabelled()
    {
        lock (_gate)
        {
            return _unlabelled ??= new MetricSeries([], _bounds);
        }
    }

    private MetricSeries Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        lock (_gate)
        {
            if (Find(_slots, hash, labels) is { } found)
            {
                return found;
            }

            if (_labelled.Length >= SeriesMax)
            {
                return _others ??= new MetricSeries([new("otel.metric.overflow", "true")], _bounds);
            }

            var texts = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(labels.Length);
            foreach (var (name, value) in labels)
            {
                texts.Add(new(name, TextOf(value)));
            }

            var added = new MetricSeries(texts.MoveToImmutable(), _bounds);
            _labelled = _labelled.Add(added);

            // Readers look without the lock, so they get a table that no longer changes. It is never more than half full.
            var slots = new MetricSeries?[_labelled.Length * 2 < _slots.Length ? _slots.Length : _slots.Length * 2];
            foreach (var series in _labelled)
            {
                var at = HashOf(series.Labels) & (slots.Length - 1);
                while (slots[at] is not null)
                {
                    at = (at + 1) & (slots.Length - 1);
                }

                slots[at] = series;
            }

            _slots = slots;
            return added;
        }
    }

    private static bool Has(MetricSeries series, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (series.Labels.Length != labels.Length)
        {
            return false;
        }

        for (var i = 0; i < labels.Length; i++)
        {
            if (!string.Equals(series.Labels[i].Key, labels[i].Key, StringComparison.Ordinal) || !string.Equals(series.Labels[i].Value, TextOf(labels[i].Value), StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Names are left out: one instrument has the same in each of its sets.</summary>
    private static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var hash = default(HashCode);
        foreach (var (_, value) in labels)
        {
            hash.Add(TextOf(value), StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    private static int HashOf(ImmutableArray<KeyValuePair<string, string>> labels)
    {
        var hash = default(HashCode);
        foreach (var (_, value) in labels)
        {
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    private static string TextOf(object? value) => value as string ?? value?.ToString() ?? "";
}
