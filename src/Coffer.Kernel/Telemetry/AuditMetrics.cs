using System.Collections.Immutable;

namespace Coffer.Kernel.Telemetry;

/// <summary>What audit devices recorded, all of them together. An entry that one of them recorded is recorded.</summary>
public sealed class AuditMetrics
{
    public Counter Requests { get; } = new("vault.audit.log_request", "Requests that were recorded before they ran, with the time that took.", IsTimed: true);

    public Counter Responses { get; } = new("vault.audit.log_response", "Answers that were recorded before they were sent, with the time that took.", IsTimed: true);

    public Counter RequestFailures { get; } = new("vault.audit.log_request_failure", "Requests that no device recorded, and that were refused for it.");

    public Counter ResponseFailures { get; } = new("vault.audit.log_response_failure", "Answers that no device recorded, and that were withheld for it.");

    internal ImmutableArray<Counter> All => [Requests, RequestFailures, Responses, ResponseFailures];
}
