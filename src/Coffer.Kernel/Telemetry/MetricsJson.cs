using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Telemetry;

/// <summary>The metrics as the JSON that Vault answers. Durations are in milliseconds, without their buckets.</summary>
internal static class MetricsJson
{
    public static ReadOnlyMemory<byte> Write(ImmutableArray<MetricReading> metrics, DateTimeOffset now) => JsonText.Write(json =>
    {
        json.WriteString("Timestamp", Rfc3339.Format(now));
        WriteKind(json, "Gauges", metrics, MetricKind.Gauge);
        json.WriteStartArray("Points");
        json.WriteEndArray();
        WriteKind(json, "Counters", metrics, MetricKind.Counter);
        WriteKind(json, "Samples", metrics, MetricKind.Histogram);
    }).Utf8;

    private static void WriteKind(Utf8JsonWriter json, string group, ImmutableArray<MetricReading> metrics, MetricKind kind)
    {
        json.WriteStartArray(group);
        foreach (var metric in metrics.Where(metric => metric.Kind == kind))
        {
            foreach (var series in metric.Series)
            {
                json.WriteStartObject();
                json.WriteString("Name", metric.Name);
                WriteValue(json, metric, series);
                json.WriteStartObject("Labels");
                foreach (var (label, value) in series.Labels)
                {
                    json.WriteString(label, value);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, MetricReading metric, SeriesReading series)
    {
        var sum = MetricUnits.Shown(metric.Unit, series.Sum);
        if (metric.Kind == MetricKind.Gauge)
        {
            json.WriteNumber("Value", sum);
            return;
        }

        json.WriteNumber("Count", series.Count);
        json.WriteNumber("Sum", sum);
        json.WriteNumber("Mean", series.Count == 0 ? 0 : sum / series.Count);
    }
}
