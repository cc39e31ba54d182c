using System.Diagnostics.Metrics;
using Coffer.Kernel.Clocks;
using Coffer.Kernel.Telemetry;
using Coffer.Storage;

namespace Coffer.Kernel.Metrics;

/// <summary>What process, store and kernel are at a moment, as gauges of the kernel's meter. What only an unsealed server knows is not measured while it is sealed.</summary>
internal static class KernelGauges
{
    private const string AsOld = "no older than ten seconds, or than twenty times what counting took.";

    /// <param name="metrics">Whose meter has the gauges.</param>
    /// <param name="clock">Of the kernel.</param>
    /// <param name="condition">What the store knows of itself; null where it cannot tell.</param>
    /// <param name="active">What the unsealed server holds; null while it is sealed.</param>
    public static void Add(KernelMetrics metrics, KernelClock clock, IStoreCondition? condition, Func<MetricsReport?> active)
    {
        var meter = metrics.Meter;
        void Gauge(string name, string help, Func<double> value) => meter.CreateObservableGauge(name, value, unit: null, help);

        // No measurement where there is no value.
        void WhileUnsealed(string name, string help, Func<MetricsReport, double?> value) => meter.CreateObservableGauge<double>(
            name, () => active() is { } report && value(report) is { } measured ? [new Measurement<double>(measured)] : [], unit: null, help);

        Gauge("vault.core.unsealed", "1 while the server is unsealed.", () => active() is null ? 0 : 1);
        Gauge("vault.core.active", "1 while this node answers requests.", () => active() is null ? 0 : 1);
        Gauge("vault.core.in_flight_requests", "Requests that are not answered yet.", () => metrics.InFlight);
        Gauge("coffer.clock.step_seconds", "Seconds between the system's clock and the time that leases live by, while a step is not confirmed; else 0.", () => clock.Step?.By.TotalSeconds ?? 0);
        Gauge(
            "coffer.clock.outside_seconds",
            "Seconds by which the system's clock is ahead of the outside system's that is furthest from it, of those heard in the last day; 0 where none was.",
            () => clock.Outside.Look() is [var furthest, ..] ? furthest.Ahead.TotalSeconds : 0);
        Gauge("coffer.store.problem", "1 while the store takes no ordinary writes: its disk is full, or its file was removed.", () => condition?.Problem is null ? 0 : 1);
        WhileUnsealed("coffer.store.quarantined", "1 while the store is an older copy that no operator has released.", report => report.IsQuarantined ? 1 : 0);
        WhileUnsealed("vault.expire.num_leases", $"Leases of dynamic secrets and of tokens, {AsOld}", report => report.LastUsage?.Leases);
        WhileUnsealed(
            "vault.expire.late_leases",
            "Leases and tokens that are due and were not ended in time, as far as they are known; a mount that is far behind has more.",
            report => report.Late().Sum(mount => mount.Count));
        WhileUnsealed("vault.expire.late_mounts", "Mounts at which something is not ended in time.", report => report.Late().Count);
        WhileUnsealed("vault.expire.late_seconds", "Seconds for which the oldest of these has been due.", report => report.Late() is [var oldest, ..] ? oldest.By.TotalSeconds : 0);
        WhileUnsealed("vault.token.count", $"Service tokens, {AsOld}", report => report.LastUsage?.Tokens);
        WhileUnsealed("vault.identity.num_entities", $"Entities, {AsOld}", report => report.LastUsage?.Entities);
        Gauge("vault.runtime.alloc_bytes", "Bytes of memory in use by objects.", () => GC.GetTotalMemory(forceFullCollection: false));
        Gauge("vault.runtime.sys_bytes", "Bytes of memory that the process has.", () => Environment.WorkingSet);
        Gauge("vault.runtime.total_gc_runs", "Collections since the process began.", () => GC.CollectionCount(0));
        Gauge("vault.runtime.total_gc_pause_ns", "Nanoseconds for which collections held up everything.", () => GC.GetTotalPauseDuration().TotalNanoseconds);
        Gauge("vault.runtime.num_threads", "Threads of the pool.", () => ThreadPool.ThreadCount);
    }
}
