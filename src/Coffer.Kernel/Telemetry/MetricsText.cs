using System.Globalization;
using System.Text;
using System.Text.Json;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Telemetry;

/// <summary>The metrics as Prometheus reads them, and as the JSON that Vault answers.</summary>
internal static class MetricsText
{
    public const string PrometheusType = "text/plain; version=0.0.4; charset=utf-8";

    /// <param name="gauges">Name, sentence and value of what is measured now.</param>
    public static ReadOnlyMemory<byte> Prometheus(KernelMetrics metrics, IReadOnlyList<(string Name, string Help, double Value)> gauges)
    {
        var text = new StringBuilder();
        foreach (var counter in metrics.All)
        {
            var name = NameOf(counter.Name);
            Head(text, name, counter.Help, counter.IsTimed ? "summary" : "counter");
            if (counter.IsTimed)
            {
                Line(text, $"{name}_sum", counter.Total.TotalMilliseconds);
                Line(text, $"{name}_count", counter.Count);
            }
            else
            {
                Line(text, name, counter.Count);
            }
        }

        foreach (var (name, help, value) in gauges)
        {
            Head(text, NameOf(name), help, "gauge");
            Line(text, NameOf(name), value);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static ReadOnlyMemory<byte> Json(KernelMetrics metrics, IReadOnlyList<(string Name, string Help, double Value)> gauges, DateTimeOffset now) => JsonText.Write(json =>
    {
        json.WriteString("Timestamp", Rfc3339.Format(now));
        json.WriteStartArray("Gauges");
        foreach (var (name, _, value) in gauges)
        {
            json.WriteStartObject();
            json.WriteString("Name", name);
            json.WriteNumber("Value", value);
            WriteNoLabels(json);
        }

        json.WriteEndArray();
        json.WriteStartArray("Points");
        json.WriteEndArray();
        WriteCounters(json, "Counters", metrics, timed: false);
        WriteCounters(json, "Samples", metrics, timed: true);
    }).Utf8;

    private static void WriteCounters(Utf8JsonWriter json, string group, KernelMetrics metrics, bool timed)
    {
        json.WriteStartArray(group);
        foreach (var counter in metrics.All.Where(counter => counter.IsTimed == timed))
        {
            json.WriteStartObject();
            json.WriteString("Name", counter.Name);
            json.WriteNumber("Count", counter.Count);
            json.WriteNumber("Sum", timed ? counter.Total.TotalMilliseconds : counter.Count);
            json.WriteNumber("Mean", counter.Count == 0 ? 0 : timed ? counter.Total.TotalMilliseconds / counter.Count : 1);
            WriteNoLabels(json);
        }

        json.WriteEndArray();
    }

    private static void WriteNoLabels(Utf8JsonWriter json)
    {
        json.WriteStartObject("Labels");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string NameOf(string dotted) => dotted.Replace('.', '_');

    private static void Head(StringBuilder text, string name, string help, string type) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n').Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string name, double value) =>
        text.Append(name).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
}
