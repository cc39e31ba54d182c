using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Coffer.Kernel.Telemetry;

/// <summary>
/// The metrics as Prometheus reads them (text format 0.0.4). Durations are in milliseconds, as in Vault's metrics of the same names, so that dashboards made for those
/// show the right times.
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static ReadOnlyMemory<byte> Write(ImmutableArray<MetricReading> metrics)
    {
        var text = new StringBuilder();
        foreach (var metric in metrics)
        {
            var name = NameOf(metric.Name);
            text.Append("# HELP ").Append(name).Append(' ').Append(Escape(metric.Help, quotes: false)).Append(MetricUnits.IsTime(metric.Unit) ? " In milliseconds.\n" : "\n");
            text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(metric.Kind)).Append('\n');
            foreach (var series in metric.Series)
            {
                WriteSeries(text, metric, name, series);
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void WriteSeries(StringBuilder text, MetricReading metric, string name, SeriesReading series)
    {
        if (metric.Kind != MetricKind.Histogram)
        {
            WriteLine(text, name, series.Labels, bound: null, series.Sum);
            return;
        }

        long upTo = 0;
        foreach (var bucket in series.Buckets)
        {
            upTo += bucket.Count;
            WriteLine(text, name + "_bucket", series.Labels, Number(MetricUnits.Shown(metric.Unit, bucket.Bound)), upTo);
        }

        WriteLine(text, name + "_sum", series.Labels, bound: null, MetricUnits.Shown(metric.Unit, series.Sum));
        WriteLine(text, name + "_count", series.Labels, bound: null, series.Count);
    }

    private static void WriteLine(StringBuilder text, string name, ImmutableArray<KeyValuePair<string, string>> labels, string? bound, double value)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (label, labelled) in labels)
        {
            text.Append(separator).Append(LabelOf(label)).Append("=\"").Append(Escape(labelled, quotes: true)).Append('"');
            separator = ',';
        }

        if (bound is not null)
        {
            text.Append(separator).Append("le=\"").Append(bound).Append('"');
            separator = ',';
        }

        text.Append(separator == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    /// <summary>The name of a metric: letters, digits, underscores and colons, with no digit first.</summary>
    internal static string NameOf(string dotted) => Replace(dotted, static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or ':');

    /// <summary>The name of a label: as that of a metric, without colons.</summary>
    internal static string LabelOf(string dotted) => Replace(dotted, static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    /// <summary>A backslash and a line's end have to be escaped everywhere, quotes in the values of labels.</summary>
    internal static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    internal static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Replace(string name, Func<char, bool> isAllowed)
    {
        var replaced = string.Concat(name.Select(letter => isAllowed(letter) ? letter : '_'));
        return replaced.Length == 0 || char.IsAsciiDigit(replaced[0]) ? "_" + replaced : replaced;
    }
}
