using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Coffer.Kernel.Telemetry;
using CsCheck;

namespace Coffer.Kernel.Tests.Telemetry;

public sealed partial class PrometheusTextTests
{
    [Fact]
    public void A_histogram_has_buckets_that_add_up_with_its_sum_and_count_in_milliseconds()
    {
        var text = Write(new MetricReading("a.time", "Time.", MetricKind.Histogram, "s",
        [
            new SeriesReading([new("op", "read")], 6, 1.25, [new Bucket(0.0001, 2), new Bucket(0.25, 3), new Bucket(double.PositiveInfinity, 1)]),
        ]));

        Assert.Equal(
            """
            # HELP a_time Time. In milliseconds.
            # TYPE a_time histogram
            a_time_bucket{op="read",le="0.1"} 2
            a_time_bucket{op="read",le="250"} 5
            a_time_bucket{op="read",le="+Inf"} 6
            a_time_sum{op="read"} 1250
            a_time_count{op="read"} 6

            """.ReplaceLineEndings("\n"),
            text);
    }

    [Fact]
    public void A_counter_and_a_gauge_without_labels_are_a_line_each()
    {
        Assert.Equal("# HELP a_b Things.\n# TYPE a_b counter\na_b 3\n", Write(new MetricReading("a.b", "Things.", MetricKind.Counter, "", [new SeriesReading([], 3, 3, [])])));
        Assert.Equal("# HELP c Level.\n# TYPE c gauge\nc 1.5\n", Write(new MetricReading("c", "Level.", MetricKind.Gauge, "", [new SeriesReading([], 1, 1.5, [])])));
    }

    /// <summary>The names that Vault has are kept, so that its dashboards work; Coffer's own counters follow them.</summary>
    [Fact]
    public void No_counter_has_a_suffix_that_says_that_it_is_one()
    {
        using var metrics = new KernelMetrics("1");
        var counters = metrics.Collector.Read().Where(metric => metric.Kind == MetricKind.Counter).Select(metric => PrometheusText.NameOf(metric.Name)).ToArray();

        Assert.Contains("coffer_clock_steps", counters);
        Assert.Contains("vault_core_failed_request", counters);
        Assert.DoesNotContain(counters, name => name.EndsWith("_total", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\\b", "a\\\\b")]
    [InlineData("a\"b", "a\\\"b")]
    [InlineData("a\nb", "a\\nb")]
    [InlineData("\\n", "\\\\n")]
    [InlineData("{},=", "{},=")]
    public void The_value_of_a_label_is_escaped(string value, string escaped) => Assert.Equal(escaped, PrometheusText.Escape(value, quotes: true));

    [Theory]
    [InlineData("vault.core.unsealed", "vault_core_unsealed")]
    [InlineData("9lives", "_9lives")]
    [InlineData("", "_")]
    [InlineData("a-b é", "a_b__")]
    public void A_name_has_only_what_Prometheus_allows(string name, string shown)
    {
        Assert.Equal(shown, PrometheusText.NameOf(name));
        Assert.Equal(shown, PrometheusText.LabelOf(name));
    }

    [Fact]
    public void Every_value_of_a_label_is_read_back_as_it_was_and_stays_in_its_line() => Gen.String[Gen.Char["ab\\\"\n{},= é0"], 0, 12].Array[1, 3].Sample(values =>
    {
        var labels = values.Select((value, i) => KeyValuePair.Create($"l{i}", value)).ToImmutableArray();

        var lines = Write(new MetricReading("m", "One \\ two\nthree.", MetricKind.Counter, "", [new SeriesReading(labels, 1, 1, [])])).Split('\n');

        Assert.Equal(["# HELP m One \\\\ two\\nthree.", "# TYPE m counter"], lines[..2]);
        Assert.Equal(4, lines.Length);
        var read = Labels().Matches(lines[2]).Select(match => KeyValuePair.Create(match.Groups[1].Value, Unescape(match.Groups[2].Value)));
        Assert.Equal(labels, read);
        Assert.Equal($"m{{{string.Join(',', Labels().Matches(lines[2]).Select(match => match.Value))}}} 1", lines[2]);
    });

    private static string Write(MetricReading metric) => Encoding.UTF8.GetString(PrometheusText.Write([metric]).Span);

    /// <summary>As Prometheus' reader does it, letter by letter.</summary>
    private static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] != '\\' ? text[i] : text[++i] == 'n' ? '\n' : text[i]);
        }

        return plain.ToString();
    }

    [GeneratedRegex("(\\w+)=\"((?:[^\"\\\\]|\\\\[\"\\\\n])*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Labels();
}
