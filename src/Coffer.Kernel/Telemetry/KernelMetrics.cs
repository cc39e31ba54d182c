using System.Collections.Immutable;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Telemetry;

/// <summary>What the kernel counts, from the start of the process on. Nothing here names a path, a caller or a secret.</summary>
public sealed class KernelMetrics
{
    private long _inFlight;

    public KernelMetrics() => All = [Requests, Logins, RefusedRequests, FailedRequests, TokenCreations, LeaseCreations, RateLimited, LeaseLimited, Registrations, Renewals, Revocations, ClockSteps, .. Audit.All, .. Store.All];

    public Counter Requests { get; } = new("vault.core.handle_request", "Requests that were answered, with the time that took.", IsTimed: true);

    public Counter Logins { get; } = new("vault.core.handle_login_request", "Requests below auth/ that end in login, with the time they took.", IsTimed: true);

    public Counter RefusedRequests { get; } = new("vault.core.refused_request", "Requests that were answered with a 4xx status.");

    public Counter FailedRequests { get; } = new("vault.core.failed_request", "Requests that were answered with a 5xx status.");

    public Counter TokenCreations { get; } = new("vault.token.creation", "Tokens that were made, logins included.");

    public Counter LeaseCreations { get; } = new("vault.secret.lease.creation", "Dynamic secrets that were made.");

    public Counter RateLimited { get; } = new("vault.quota.rate_limit.violation", "Requests that a rate limit refused.");

    public Counter LeaseLimited { get; } = new("vault.quota.lease_count.violation", "Requests that a limit of leases refused.");

    public Counter Registrations { get; } = new("vault.expire.register", "Leases of dynamic secrets, with the time that making lease and secret took.", IsTimed: true);

    public Counter Renewals { get; } = new("vault.expire.renew", "Renewals of such leases, with the time they took.", IsTimed: true);

    public Counter Revocations { get; } = new("vault.expire.revoke", "Attempts to remove the secrets of such leases, with the time they took.", IsTimed: true);

    public Counter ClockSteps { get; } = new("coffer.clock.steps", "Steps of the system's clock that were noticed.");

    /// <summary>Entries of the audit log, with the time they took.</summary>
    public AuditMetrics Audit { get; } = new();

    /// <summary>Reads and writes of the store, with the time they took.</summary>
    public StoreMetrics Store { get; } = new();

    /// <summary>What is being worked on.</summary>
    public RunningRequests Running { get; } = new();

    /// <summary>Every counter, in the order in which they are shown.</summary>
    public ImmutableArray<Counter> All { get; }

    /// <summary>Requests that have come and are not answered yet.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    internal void Begin(Requests.ApiRequest request, DateTimeOffset now)
    {
        Interlocked.Increment(ref _inFlight);
        Running.Begin(request, now);
    }

    internal void End(Requests.ApiRequest request, int status, TimeSpan taken)
    {
        Interlocked.Decrement(ref _inFlight);
        Running.End(request);
        (IsLogin(request) ? Logins : Requests).Add(taken);
        if (status >= 400)
        {
            (status < 500 ? RefusedRequests : FailedRequests).Add();
        }
    }

    private static bool IsLogin(Requests.ApiRequest request) => request.Operation == Operation.Update
        && request.Path.Text.StartsWith("auth/", StringComparison.Ordinal)
        && request.Path.Text.Contains("/login", StringComparison.Ordinal);
}
