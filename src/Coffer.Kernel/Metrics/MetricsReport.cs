using Coffer.Kernel.Clocks;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Metrics;

/// <summary>Answers <c>sys/metrics</c>, and knows what the gauges of an unsealed server measure.</summary>
internal sealed class MetricsReport(KernelMetrics metrics, Transactor transactions, RevocationLanes lanes, KernelClock clock, Quarantine quarantine, bool prometheus)
{
    private readonly Lock _lock = new();
    private Task<Usage>? _count;
    private volatile Usage? _last;

    /// <summary>What the store held when it was last counted; null before that.</summary>
    public Usage? LastUsage => _last;

    public bool IsQuarantined => quarantine.Older is not null;

    /// <param name="format">Empty or <c>json</c>, or <c>prometheus</c>.</param>
    public async ValueTask<Reply> WriteAsync(string format, CancellationToken cancellation)
    {
        if (format is not ("" or "json" or "prometheus"))
        {
            return Reply.Invalid("metric response unknown: format must be \"prometheus\" or left out");
        }

        if (format == "prometheus" && !prometheus)
        {
            return Reply.Invalid("prometheus is not enabled: prometheus_retention_time of the telemetry stanza is 0");
        }

        await UsageAsync(cancellation);
        var read = metrics.Collector.Read();
        return format == "prometheus"
            ? new Reply.Raw(200, PrometheusText.ContentType, PrometheusText.Write(read))
            : new Reply.Raw(200, ApiReply.Json, MetricsJson.Write(read, clock.GetUtcNow()));
    }

    /// <summary>What is due and was not ended in time, the furthest behind first.</summary>
    public IReadOnlyList<LateMount> Late() => lanes.Late();

    /// <summary>What the store holds, as old as <see cref="Usage.IsGood"/> allows. Counted once for all who ask at the same time.</summary>
    public async ValueTask<Usage> UsageAsync(CancellationToken cancellation)
    {
        Task<Usage> count;
        lock (_lock)
        {
            if (_count is null or { IsCompleted: true, IsCompletedSuccessfully: false } || (_count.IsCompletedSuccessfully && !_count.Result.IsGood(clock.GetUtcNow())))
            {
                // Not ended with the request that begins it: others may wait for it as well.
                _count = CountAsync();
            }

            count = _count;
        }

        return await count.WaitAsync(cancellation);
    }

    private async Task<Usage> CountAsync()
    {
        var usage = await Usage.CountAsync(transactions.Begin(), clock, CancellationToken.None);
        _last = usage;
        return usage;
    }
}
