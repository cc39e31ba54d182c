using System.Diagnostics.Metrics;

namespace Coffer.Kernel.Telemetry;

/// <summary>The two kinds of instrument that the kernel makes besides gauges.</summary>
internal static class Instruments
{
    /// <summary>Upper bounds of the buckets of durations, in seconds: a read from memory takes microseconds, a call to an outside system seconds.</summary>
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    /// <summary>A histogram of durations in seconds.</summary>
    public static Histogram<double> Timing(this Meter meter, string name, string description) =>
        meter.CreateHistogram(name, "s", description, tags: null, Durations);

    /// <summary>How often something happened.</summary>
    public static Counter<long> Counting(this Meter meter, string name, string description) => meter.CreateCounter<long>(name, unit: null, description);
}
