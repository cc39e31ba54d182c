using System.Diagnostics.Metrics;

namespace Coffer.Kernel.Telemetry;

/// <summary>What audit devices recorded. For all of them together, an entry that one of them recorded is recorded.</summary>
internal sealed class AuditMetrics(Meter meter)
{
    public Histogram<double> Requests { get; } = meter.Timing("vault.audit.log_request", "Time to record a request before it ran.");

    public Counter<long> RequestFailures { get; } = meter.Counting("vault.audit.log_request_failure", "Requests that no device recorded, and that were refused for it.");

    public Histogram<double> Responses { get; } = meter.Timing("vault.audit.log_response", "Time to record an answer before it was sent.");

    public Counter<long> ResponseFailures { get; } = meter.Counting("vault.audit.log_response_failure", "Answers that no device recorded, and that were withheld for it.");

    private Histogram<double> Writes { get; } = meter.Timing("coffer.audit.device_write", "Time that one device took for an entry.");

    /// <param name="device">The path at which the device is enabled.</param>
    /// <param name="isRecorded">False: the device did not record the entry.</param>
    /// <param name="taken">From the start of the call to its end.</param>
    public void Wrote(string device, bool isRecorded, TimeSpan taken) =>
        Writes.Record(taken.TotalSeconds, new("device", device), new("outcome", isRecorded ? "recorded" : "failed"));
}
