using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Coffer.Kernel.Quotas;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Rate limits, before anybody is asked who they are; and limits of leases, where one would be made.</summary>
internal sealed class QuotaStep(KernelServices services)
{
    /// <summary>Counts a request.</summary>
    public async ValueTask<RateVerdict> JudgeAsync(Way way, CancellationToken cancellation)
    {
        var table = await QuotaTable.ReadAsync(way.Work, cancellation);
        if (table.Rules.IsEmpty || table.Settings.IsExempt(way.FullPath) || RuleOf(way, table, QuotaKind.RateLimit) is not { } rule
            || services.Quotas.RatesOf(table, rule) is not { } buckets)
        {
            return default;
        }

        var now = services.Clock.GetUtcNow();
        var standing = buckets.Take(way.Request.RemoteAddress, now);
        var headers = table.Settings.Headers ? HeadersOf(rule, standing, now) : [];
        if (standing.Allowed)
        {
            return new RateVerdict(null, headers);
        }

        services.Counters.RateLimited.Add();
        var seconds = Math.Max(1, (long)Math.Ceiling(standing.RetryAfter.TotalSeconds));
        var message = $"request path \"{way.FullPath}\": rate limit quota exceeded: quota \"{rule.Name}\" allows {Number(rule.Rate)} requests in {Number(rule.Interval.TotalSeconds)} s; try again in {seconds} s";
        if (table.Settings.Audited)
        {
            await services.Audit.RequestAsync(way.Work, way.Event with { Error = message }, cancellation);
        }

        return new RateVerdict(
            ApiReply.Error(ErrorKind.RateLimited, message), headers.Add(new("Retry-After", Number(seconds))));
    }

    /// <summary>Takes a place for a lease that is about to be made.</summary>
    public async ValueTask<LeasePlace> PlaceAsync(Way way, CancellationToken cancellation)
    {
        var table = await QuotaTable.ReadAsync(way.Work, cancellation);
        if (table.Rules.IsEmpty || RuleOf(way, table, QuotaKind.LeaseCount) is not { } rule || services.Quotas.CountOf(table, rule, way.Router) is not { } count)
        {
            return default;
        }

        if (await count.TryTakeAsync(services.Clock.GetUtcNow(), cancellation))
        {
            return new LeasePlace(count, null);
        }

        services.Counters.LeaseLimited.Add();
        return new LeasePlace(null, new ApiError(
            ErrorKind.RateLimited,
            $"request path \"{way.FullPath}\": lease count quota exceeded: quota \"{rule.Name}\" allows {rule.MaxLeases} leases; revoke some, or try again when some have ended"));
    }

    private static QuotaRule? RuleOf(Way way, QuotaTable table, QuotaKind kind) =>
        QuotaGate.Narrowest(table, kind, way.Mounted?.Mount.Uuid ?? "", way.Below, RoleOf(way));

    /// <summary>The role that a login names: in its body, or behind <c>login/</c>.</summary>
    private static string RoleOf(Way way)
    {
        const string Login = "login";
        if (way.Mounted?.Mount.Class != Sdk.Engines.MountClass.Auth || !way.Below.StartsWith(Login, StringComparison.Ordinal))
        {
            return "";
        }

        return way.Request.Data.ValueKind == JsonValueKind.Object && way.Request.Data.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String
            ? role.GetString()!
            : way.Below.Length > Login.Length ? way.Below[(Login.Length + 1)..] : "";
    }

    private static ImmutableArray<KeyValuePair<string, string>> HeadersOf(QuotaRule rule, RateStanding standing, DateTimeOffset now) =>
    [
        new("X-Ratelimit-Limit", Number(Math.Max(1, Math.Floor(rule.Rate)))),
        new("X-Ratelimit-Remaining", Number(standing.Remaining)),
        new("X-Ratelimit-Reset", Number((now + standing.FullIn).ToUnixTimeSeconds())),
    ];

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>What a rate limit says of a request.</summary>
/// <param name="Refusal">The answer, when it is refused.</param>
/// <param name="Headers">For whichever answer is given; <c>default</c> for none.</param>
internal readonly record struct RateVerdict(ApiReply? Refusal, ImmutableArray<KeyValuePair<string, string>> Headers);

/// <summary>A place under a limit of leases.</summary>
/// <param name="Count">Whose place it is; null where no limit holds.</param>
/// <param name="Refusal">Why there is none.</param>
internal readonly record struct LeasePlace(LeaseCount? Count, ApiError? Refusal);
