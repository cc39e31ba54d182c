using System.Collections.Immutable;
using Coffer.Kernel.Metrics;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/metrics</c>.</summary>
internal sealed class SysMetrics(MetricsReport metrics)
{
    /// <summary>The path of the metrics, which a listener may serve without a token.</summary>
    public const string Path = "sys/metrics";

    private static readonly Field<string> Format = Field.Text("format", "prometheus for its text format; JSON without.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("metrics", "Shows what the server counts and measures.")
        {
            Fields = [Format], Query = [Format], Read = (request, ct) => metrics.WriteAsync(request.Get(Format), ct),
        },
    ];
}
