using System.Collections.Immutable;
using Coffer.Kernel.Metrics;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/metrics</c>.</summary>
internal sealed class SysMetrics(MetricsReport report, MetricsAnswer answer)
{
    public const string Synopsis = "Shows what the server counts and measures.";

    private static readonly Field<string> Format = Field.Text("format", "prometheus for its text format; JSON without.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("metrics", Synopsis)
        {
            Fields = [Format], Query = [Format], Read = async (request, ct) =>
            {
                await report.UsageAsync(ct);
                return answer.Of(request.Get(Format));
            },
        },
    ];
}
