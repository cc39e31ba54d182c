using System.Collections.Immutable;

namespace Coffer.Kernel.Telemetry;

/// <summary>One metric as it was at one moment.</summary>
/// <param name="Name">As Vault calls it, with dots.</param>
/// <param name="Help">One sentence for the readers of the metrics.</param>
/// <param name="Kind">What its values mean.</param>
/// <param name="Unit">Of its values; <c>s</c> for seconds, empty where it says none.</param>
/// <param name="Series">One for each set of labels.</param>
internal sealed record MetricReading(string Name, string Help, MetricKind Kind, string Unit, ImmutableArray<SeriesReading> Series);

/// <param name="Labels">Names and values.</param>
/// <param name="Count">How often something was counted or measured.</param>
/// <param name="Sum">Of all that was counted or measured; the present value of a gauge.</param>
/// <param name="Buckets">Of a histogram: how many values were at most each bound and above the one before, and last, those above all bounds.</param>
internal sealed record SeriesReading(ImmutableArray<KeyValuePair<string, string>> Labels, long Count, double Sum, ImmutableArray<Bucket> Buckets);

/// <param name="Bound">The highest value in it; infinite for the last.</param>
/// <param name="Count">Values in this bucket alone.</param>
internal readonly record struct Bucket(double Bound, long Count);

internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>What is so now.</summary>
    Gauge,

    /// <summary>Many values, by their sizes.</summary>
    Histogram,
}
