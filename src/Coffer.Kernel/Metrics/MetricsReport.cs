using Coffer.Kernel.Clocks;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Seal;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Kernel.Metrics;

/// <summary>Answers <c>sys/metrics</c>: the counters of the process, and what store and process hold now.</summary>
internal sealed class MetricsReport(
    KernelMetrics metrics, Transactor transactions, RevocationLanes lanes, KernelClock clock, Quarantine quarantine, IStoreCondition? condition, bool prometheus)
{
    private readonly Lock _lock = new();
    private Task<Usage>? _count;

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

        var gauges = await GaugesAsync(cancellation);
        return format == "prometheus"
            ? new Reply.Raw(200, MetricsText.PrometheusType, MetricsText.Prometheus(metrics, gauges))
            : new Reply.Raw(200, ApiReply.Json, MetricsText.Json(metrics, gauges, clock.GetUtcNow()));
    }

    /// <summary>What the store holds, as old as <see cref="Usage.IsGood"/> allows. Counted once for all who ask at the same time.</summary>
    public async ValueTask<Usage> UsageAsync(CancellationToken cancellation)
    {
        Task<Usage> count;
        lock (_lock)
        {
            if (_count is null or { IsCompleted: true, IsCompletedSuccessfully: false } || (_count.IsCompletedSuccessfully && !_count.Result.IsGood(clock.GetUtcNow())))
            {
                // Not ended with the request that begins it: others may wait for it as well.
                _count = Usage.CountAsync(transactions.Begin(), clock, CancellationToken.None).AsTask();
            }

            count = _count;
        }

        return await count.WaitAsync(cancellation);
    }

    private async ValueTask<(string Name, string Help, double Value)[]> GaugesAsync(CancellationToken cancellation)
    {
        var usage = await UsageAsync(cancellation);
        var late = lanes.Late();
        return
        [
            ("vault.core.unsealed", "1 while the server is unsealed.", 1),
            ("vault.core.active", "1 while this node answers requests.", 1),
            ("vault.core.in_flight_requests", "Requests that are not answered yet.", metrics.InFlight),
            ("coffer.clock.step_seconds", "Seconds between the system's clock and the time that leases live by, while a step is not confirmed; else 0.", clock.Step?.By.TotalSeconds ?? 0),
            ("coffer.clock.outside_seconds", "Seconds by which the system's clock is ahead of the outside system's that is furthest from it, of those heard in the last day; 0 where none was.", clock.Outside.Look() is [var furthest, ..] ? furthest.Ahead.TotalSeconds : 0),
            ("coffer.store.problem", "1 while the store takes no ordinary writes: its disk is full, or its file was removed.", condition?.Problem is null ? 0 : 1),
            ("coffer.store.quarantined", "1 while the store is an older copy that no operator has released.", quarantine.Older is null ? 0 : 1),
            ("vault.expire.num_leases", "Leases of dynamic secrets and of tokens, no older than ten seconds, or than twenty times what counting took.", usage.Leases),
            ("vault.expire.late_leases", "Leases and tokens that are due and were not ended in time, as far as they are known; a mount that is far behind has more.", late.Sum(mount => mount.Count)),
            ("vault.expire.late_mounts", "Mounts at which something is not ended in time.", late.Count),
            ("vault.expire.late_seconds", "Seconds for which the oldest of these has been due.", late.Count == 0 ? 0 : late[0].By.TotalSeconds),
            ("vault.token.count", "Service tokens, no older than ten seconds, or than twenty times what counting took.", usage.Tokens),
            ("vault.identity.num_entities", "Entities, no older than ten seconds, or than twenty times what counting took.", usage.Entities),
            ("vault.runtime.alloc_bytes", "Bytes of memory in use by objects.", GC.GetTotalMemory(forceFullCollection: false)),
            ("vault.runtime.sys_bytes", "Bytes of memory that the process has.", Environment.WorkingSet),
            ("vault.runtime.total_gc_runs", "Collections since the process began.", GC.CollectionCount(0)),
            ("vault.runtime.total_gc_pause_ns", "Nanoseconds for which collections held up everything.", GC.GetTotalPauseDuration().TotalNanoseconds),
            ("vault.runtime.num_threads", "Threads of the pool.", ThreadPool.ThreadCount),
        ];
    }
}
