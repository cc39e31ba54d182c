using Coffer.Kernel.Requests;
using Coffer.Kernel.Telemetry;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Metrics;

/// <summary>What the server counts and measures now, as <c>sys/metrics</c> answers it.</summary>
/// <param name="prometheus">Whether the format of Prometheus is configured.</param>
internal sealed class MetricsAnswer(KernelMetrics metrics, TimeProvider clock, bool prometheus)
{
    /// <param name="format">Empty or <c>json</c>, or <c>prometheus</c>.</param>
    public Reply Of(string format)
    {
        if (format is not ("" or "json" or "prometheus"))
        {
            return Reply.Invalid("metric response unknown: format must be \"prometheus\" or left out");
        }

        if (format == "prometheus" && !prometheus)
        {
            return Reply.Invalid("prometheus is not enabled: prometheus_retention_time of the telemetry stanza is 0");
        }

        var read = metrics.Collector.Read();
        return format == "prometheus"
            ? new Reply.Raw(200, PrometheusText.ContentType, PrometheusText.Write(read))
            : new Reply.Raw(200, ApiReply.Json, MetricsJson.Write(read, clock.GetUtcNow()));
    }
}
