using System.Collections.Immutable;
using Coffer.Kernel.Metrics;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/internal/counters/</c>: the counts that user interfaces ask for.</summary>
internal sealed class SysCounters(MetricsReport metrics)
{
    private const string Uncounted = "this server does not count clients; sys/internal/counters/entities counts entities, and sys/metrics counts requests and tokens";

    private static Reply NoActivity { get; } = new Reply.Empty { Warnings = [Uncounted] };

    public ImmutableArray<EnginePath> Paths =>
    [
        new("internal/counters/tokens", "Counts service tokens.")
        {
            Read = (_, ct) => CountAsync("service_tokens", usage => usage.Tokens, ct),
        },
        new("internal/counters/entities", "Counts entities.")
        {
            Read = (_, ct) => CountAsync("entities", usage => usage.Entities, ct),
        },
        new("internal/counters/requests", "Was there once: requests stand in the metrics.")
        {
            Read = (_, _) => ValueTask.FromResult(Reply.Refuse(ErrorKind.NotFound, "requests are not counted on this path any more; see sys/metrics")),
        },
        new("internal/counters/config", "Says that clients are not counted.") { Read = (_, _) => ValueTask.FromResult(Configuration()) },
        new("internal/counters/activity", "Says that clients are not counted.") { Read = (_, _) => ValueTask.FromResult(NoActivity) },
        new("internal/counters/activity/monthly", "Says that clients are not counted.") { Read = (_, _) => ValueTask.FromResult(NoActivity) },
    ];

    private static Reply Configuration() => Reply.With(json =>
    {
        json.WriteString("enabled", "default-disabled");
        json.WriteBoolean("queries_available", false);
        json.WriteBoolean("reporting_enabled", false);
        json.WriteNumber("retention_months", 0);
    });

    private async ValueTask<Reply> CountAsync(string name, Func<Usage, long> count, CancellationToken cancellation)
    {
        var usage = await metrics.UsageAsync(cancellation);
        return Reply.With(json =>
        {
            json.WriteStartObject("counters");
            json.WriteStartObject(name);
            json.WriteNumber("total", count(usage));
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }
}
