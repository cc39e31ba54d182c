using System.Collections.Immutable;
using Coffer.Kernel.Metrics;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/metrics</c>.</summary>
internal sealed class SysMetrics(MetricsReport metrics)
{
    public const string Synopsis = "Shows what the server counts and measures.";

    private static readonly Field<string> Format = Field.Text("format", "prometheus for its text format; JSON without.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("metrics", Synopsis)
        {
            Fields = [Format], Query = [Format], Read = (request, ct) => metrics.WriteAsync(request.Get(Format), ct),
        },
    ];
}
