using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Quotas;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Telemetry;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Pipeline;

/// <summary>Rate limits, before anybody is asked who they are; and limits of leases, where one would be made.</summary>
internal sealed class QuotaStep(QuotaGate quotas, IAuditLog audit, KernelMetrics counters, TimeProvider clock)
{
    /// <summary>Counts a request, once however often it is tried.</summary>
    /// <returns>The answer, when a limit refuses it.</returns>
    public async ValueTask<ApiReply?> RefuseAsync(RequestContext context, CancellationToken cancellation)
    {
        context.Rate ??= await JudgeAsync(context, cancellation);
        return context.Rate is { Refusal: { } refusal, Headers: var headers } ? refusal with { Headers = headers } : null;
    }

    /// <summary>Takes a place under a limit of leases for what is about to be made, and keeps it in the context.</summary>
    /// <returns>The reply; a refusal instead when there is no place.</returns>
    public async ValueTask<Reply> TakePlaceAsync(RequestContext context, Reply reply, CancellationToken cancellation)
    {
        if (reply is not (Reply.Leased or Reply.LeasedData or Reply.Login or KernelReply { MakesToken: true }))
        {
            return reply;
        }

        var table = await QuotaTable.ReadAsync(context.Work, cancellation);
        if (table.Rules.IsEmpty || RuleOf(context, table, QuotaKind.LeaseCount) is not { } rule || quotas.CountOf(table, rule, context.Router) is not { } count)
        {
            return reply;
        }

        if (await count.TryTakeAsync(clock.GetUtcNow(), cancellation))
        {
            context.Place = count;
            return reply;
        }

        counters.LeaseLimited.Add(1);
        return Reply.Refuse(
            ErrorKind.RateLimited,
            $"request path \"{context.FullPath}\": lease count quota exceeded: quota \"{rule.Name}\" allows {rule.MaxLeases} leases; revoke some, or try again when some have ended");
    }

    private async ValueTask<RateVerdict> JudgeAsync(RequestContext context, CancellationToken cancellation)
    {
        var table = await QuotaTable.ReadAsync(context.Work, cancellation);
        if (table.Rules.IsEmpty || table.Settings.IsExempt(context.FullPath) || RuleOf(context, table, QuotaKind.RateLimit) is not { } rule
            || quotas.RatesOf(table, rule) is not { } buckets)
        {
            return default;
        }

        var now = clock.GetUtcNow();
        var standing = buckets.Take(context.Request.RemoteAddress, now);
        var headers = table.Settings.Headers ? HeadersOf(rule, standing, now) : [];
        if (standing.Allowed)
        {
            return new RateVerdict(null, headers);
        }

        counters.RateLimited.Add(1);
        var seconds = Math.Max(1, (long)Math.Ceiling(standing.RetryAfter.TotalSeconds));
        var message = $"request path \"{context.FullPath}\": rate limit quota exceeded: quota \"{rule.Name}\" allows {Number(rule.Rate)} requests in {Number(rule.Interval.TotalSeconds)} s; try again in {seconds} s";
        if (table.Settings.Audited && await audit.IsOnAsync(context.Work, cancellation))
        {
            await audit.RequestAsync(context.Event with { Error = message }, cancellation);
        }

        return new RateVerdict(
            ApiReply.Error(ErrorKind.RateLimited, message), headers.Add(new("Retry-After", Number(seconds))));
    }

    private static QuotaRule? RuleOf(RequestContext context, QuotaTable table, QuotaKind kind) =>
        QuotaGate.Narrowest(table, kind, context.Mounted?.Mount.Uuid ?? "", context.Below, RoleOf(context));

    /// <summary>The role that a login names: in its body, or behind <c>login/</c>.</summary>
    private static string RoleOf(RequestContext context)
    {
        const string Login = "login";
        if (context.Mounted?.Mount.Class != Sdk.Engines.MountClass.Auth || !context.Below.StartsWith(Login, StringComparison.Ordinal))
        {
            return "";
        }

        return context.Request.Data.ValueKind == JsonValueKind.Object && context.Request.Data.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String
            ? role.GetString()!
            : context.Below.Length > Login.Length ? context.Below[(Login.Length + 1)..] : "";
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
