using System.Diagnostics;
using System.Diagnostics.Metrics;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Telemetry;

/// <summary>
/// What one kernel counts and measures, from its start to its end: the instruments of its meter. Durations are in seconds. No label and no value names a path below a
/// mount, a caller or a secret.
/// </summary>
public sealed class KernelMetrics : IDisposable
{
    /// <summary>The name of the meter, and of the source of activities.</summary>
    public const string Name = "Coffer";

    private long _inFlight;

    /// <param name="version">Coffer's own, as what is exported names it.</param>
    public KernelMetrics(string version)
    {
        // Several kernels run in one process of tests; the scope tells their meters apart.
        Meter = new Meter(new MeterOptions(Name) { Version = version, Scope = this });
        Requests = Meter.Timing("vault.core.handle_request", "Time to answer a request.");
        Logins = Meter.Timing("vault.core.handle_login_request", "Time to answer a request below auth/ that ends in login.");
        RefusedRequests = Meter.Counting("vault.core.refused_request", "Requests that were answered with a 4xx status.");
        FailedRequests = Meter.Counting("vault.core.failed_request", "Requests that were answered with a 5xx status.");
        TokenCreations = Meter.Counting("vault.token.creation", "Tokens that were made, logins included.");
        LeaseCreations = Meter.Counting("vault.secret.lease.creation", "Dynamic secrets that were made.");
        RateLimited = Meter.Counting("vault.quota.rate_limit.violation", "Requests that a rate limit refused.");
        LeaseLimited = Meter.Counting("vault.quota.lease_count.violation", "Requests that a limit of leases refused.");
        Registrations = Meter.Timing("vault.expire.register", "Time to make the lease of a dynamic secret and the secret.");
        Renewals = Meter.Timing("vault.expire.renew", "Time to renew such a lease.");
        Revocations = Meter.Timing("vault.expire.revoke", "Time of an attempt to remove the secret of such a lease.");
        ClockSteps = Meter.Counting("coffer.clock.steps", "Steps of the system's clock that were noticed.");
        Audit = new AuditMetrics(Meter);
        Store = new StoreMetrics(Meter);
        Activities = new ActivitySource(Name, version);
        Collector = new MetricsCollector(Meter);
    }

    /// <summary>The instruments: what an exporter listens to.</summary>
    public Meter Meter { get; }

    /// <summary>The activities of requests, for traces. Nothing is made while nobody listens.</summary>
    public ActivitySource Activities { get; }

    /// <summary>What the instruments have measured, for <c>sys/metrics</c>.</summary>
    internal MetricsCollector Collector { get; }

    internal Histogram<double> Requests { get; }

    internal Histogram<double> Logins { get; }

    internal Counter<long> RefusedRequests { get; }

    internal Counter<long> FailedRequests { get; }

    internal Counter<long> RateLimited { get; }

    internal Counter<long> LeaseLimited { get; }

    internal Histogram<double> Registrations { get; }

    internal Histogram<double> Renewals { get; }

    /// <summary>With the label <c>outcome</c>.</summary>
    internal Histogram<double> Revocations { get; }

    internal Counter<long> ClockSteps { get; }

    /// <summary>Entries of the audit log.</summary>
    internal AuditMetrics Audit { get; }

    /// <summary>Reads and writes of the store.</summary>
    internal StoreMetrics Store { get; }

    /// <summary>What is being worked on.</summary>
    public RunningRequests Running { get; } = new();

    /// <summary>Requests that have come and are not answered yet.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    private Counter<long> TokenCreations { get; }

    private Counter<long> LeaseCreations { get; }

    /// <param name="authMethod">Type of the auth method whose login made it; <c>token</c> where another token did.</param>
    /// <param name="isBatch">Of the kind that is not stored.</param>
    internal void CountToken(string authMethod, bool isBatch) =>
        TokenCreations.Add(1, new("auth_method", authMethod), new("token_type", isBatch ? "batch" : "service"));

    /// <param name="engine">Type of the secrets engine.</param>
    internal void CountLease(string engine) => LeaseCreations.Add(1, new KeyValuePair<string, object?>("secret_engine", engine));

    internal RunningRequest Begin(ApiRequest request, DateTimeOffset now)
    {
        Interlocked.Increment(ref _inFlight);
        return Running.Begin(request, now);
    }

    internal void End(RunningRequest running, int status, TimeSpan taken)
    {
        Interlocked.Decrement(ref _inFlight);
        Running.End(running);
        (IsLogin(running.Request) ? Logins : Requests).Record(
            taken.TotalSeconds,
            new("operation", running.OperationName),
            new("mount_type", running.MountType),
            new("status", ClassOf(status)));
        if (status >= 400)
        {
            (status < 500 ? RefusedRequests : FailedRequests).Add(1);
        }
    }

    /// <summary>Ends the instruments. What listens to them hears nothing more.</summary>
    public void Dispose()
    {
        Collector.Dispose();
        Activities.Dispose();
        Meter.Dispose();
    }

    private static string ClassOf(int status) => status switch
    {
        < 300 => "2xx",
        < 400 => "3xx",
        < 500 => "4xx",
        _ => "5xx",
    };

    private static bool IsLogin(ApiRequest request) => request.Operation == Operation.Update
        && request.Path.Text.StartsWith("auth/", StringComparison.Ordinal)
        && request.Path.Text.Contains("/login", StringComparison.Ordinal);
}
