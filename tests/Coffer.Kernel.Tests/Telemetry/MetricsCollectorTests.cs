using System.Diagnostics.Metrics;
using Coffer.Kernel.Telemetry;

namespace Coffer.Kernel.Tests.Telemetry;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter _meter = new(nameof(MetricsCollectorTests));
    private readonly MetricsCollector _collector;

    public MetricsCollectorTests() => _collector = new MetricsCollector(_meter);

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_is_zero_at_first_and_then_the_sum_of_what_was_added_for_each_set_of_labels()
    {
        var counter = _meter.CreateCounter<long>("things", unit: null, "Things.");
        Assert.Equal(0, Assert.Single(Read("things").Series).Count);

        counter.Add(2, Label("kind", "a"), Label("size", "s"));
        counter.Add(3, Label("kind", "b"), Label("size", "s"));
        counter.Add(5, Label("kind", "a"), Label("size", "s"));

        var series = Read("things").Series;
        Assert.Equal(2, series.Length);
        Assert.Equal(7, series.Single(one => one.Labels.Contains(new("kind", "a"))).Count);
        Assert.Equal(3, series.Single(one => one.Labels.Contains(new("kind", "b"))).Count);
    }

    [Fact]
    public void A_value_is_in_the_first_bucket_whose_bound_it_does_not_exceed()
    {
        var histogram = Histogram("times", 1, 2, 4);

        foreach (var value in new[] { 0.5, 1, 1.5, 2, 4, 4.5, double.NaN, double.PositiveInfinity })
        {
            histogram.Record(value);
        }

        var series = Assert.Single(Read("times").Series);
        Assert.Equal([new Bucket(1, 2), new Bucket(2, 2), new Bucket(4, 1), new Bucket(double.PositiveInfinity, 1)], series.Buckets);
        Assert.Equal(6, series.Count);
        Assert.Equal(13.5, series.Sum);
    }

    [Fact]
    public void A_gauge_is_what_it_measures_at_the_moment_and_is_not_shown_when_it_measures_nothing()
    {
        double? value = 3;
        _meter.CreateObservableGauge<double>("level", () => value is { } now ? [new Measurement<double>(now)] : []);

        Assert.Equal(3, Assert.Single(Read("level").Series).Sum);
        value = 1;
        Assert.Equal(1, Assert.Single(Read("level").Series).Sum);
        value = null;
        Assert.DoesNotContain(_collector.Read(), metric => metric.Name == "level");
    }

    [Fact]
    public void Sets_of_labels_beyond_the_limit_are_counted_together()
    {
        var counter = _meter.CreateCounter<long>("many");
        for (var i = 0; i < CollectedMetric.SeriesMax + 5; i++)
        {
            counter.Add(1, Label("id", $"{i}"));
        }

        var series = Read("many").Series;
        Assert.Equal(CollectedMetric.SeriesMax + 1, series.Length);
        Assert.Equal(5, series.Single(one => one.Labels.Contains(new("otel.metric.overflow", "true"))).Count);
        Assert.Equal(CollectedMetric.SeriesMax, series.Count(one => one.Count == 1));
    }

    [Fact]
    public void Instruments_of_another_meter_of_the_same_name_are_not_collected()
    {
        using var other = new Meter(_meter.Name);
        other.CreateCounter<long>("elsewhere").Add(1);

        Assert.DoesNotContain(_collector.Read(), metric => metric.Name == "elsewhere");
    }

    [Fact]
    public async Task What_many_threads_add_at_once_is_all_there()
    {
        var histogram = Histogram("busy", 1);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                histogram.Record(0.5, Label("mount", $"{i % 50}"));
            }
        })));

        var series = Read("busy").Series;
        Assert.Equal(50, series.Length);
        Assert.All(series, one => Assert.Equal((400, 200.0), (one.Count, one.Sum)));
    }

    [Fact]
    public void Adding_to_series_that_exist_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("fast.count");
        var histogram = Histogram("fast.times", 1, 2);
        Add();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Add();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Add()
        {
            counter.Add(1);
            histogram.Record(0.5);
            histogram.Record(1.5, Label("operation", "read"), Label("mount_type", "kv"), Label("status", "2xx"));
        }
    }

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    private Histogram<double> Histogram(string name, params double[] bounds) =>
        _meter.CreateHistogram(name, "s", "Times.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private MetricReading Read(string name) => _collector.Read().Single(metric => metric.Name == name);
}
