using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Quotas;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/quotas</c>: limits of requests and of leases.</summary>
internal static class SysQuotas
{
    private const int ExemptMax = 256;

    /// <summary>Beyond these a rate means all or nothing, and sums with it lose their meaning.</summary>
    private const double RateMin = 1e-3;
    private const double RateMax = 1e9;

    private static readonly TimeSpan IntervalMax = TimeSpan.FromDays(366);

    private static readonly Field<string> Path = Field.Text("path", "Mount, or path below one, with * at the end for all that begin so; empty for everything.");
    private static readonly Field<string> Role = Field.Text("role", "Login role of the auth method at path.");
    private static readonly Field<double> Rate = Field.Decimal("rate", "Requests of one client address in an interval; may have a fraction.");
    private static readonly Field<TimeSpan> Interval = Field.Duration("interval", "The interval.", TimeSpan.FromSeconds(1));
    private static readonly Field<TimeSpan> BlockInterval = Field.Duration("block_interval", "How long a client that went over the limit is refused everything.");
    private static readonly Field<long> MaxLeases = Field.Integer("max_leases", "Leases that may exist at once.");
    private static readonly Field<ImmutableArray<string>> Exempt = Field.TextList("rate_limit_exempt_paths", "Paths without a rate limit.");
    private static readonly Field<bool> Audited = Field.Boolean("enable_rate_limit_audit_logging", "Audit refused requests.");
    private static readonly Field<bool> Headers = Field.Boolean("enable_rate_limit_response_headers", "Tell clients where they stand.");

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("quotas/config", "Reads and sets what is common to all quotas.") { Fields = [Exempt, Audited, Headers], Read = ReadSettingsAsync, Write = WriteSettingsAsync },
        new("quotas/rate-limit", "Lists the rate limits.") { List = (request, ct) => ListAsync(request, QuotaKind.RateLimit, ct) },
        new("quotas/rate-limit/{name}", "Reads, sets and removes a rate limit.")
        {
            Fields = [Path, Role, Rate, Interval, BlockInterval],
            Read = (request, ct) => ReadAsync(request, QuotaKind.RateLimit, ct),
            Write = WriteRateAsync,
            Delete = (request, ct) => DeleteAsync(request, QuotaKind.RateLimit, ct),
        },
        new("quotas/lease-count", "Lists the limits of leases.") { List = (request, ct) => ListAsync(request, QuotaKind.LeaseCount, ct) },
        new("quotas/lease-count/{name}", "Reads, sets and removes a limit of leases.")
        {
            Fields = [Path, MaxLeases, Role],
            Read = (request, ct) => ReadAsync(request, QuotaKind.LeaseCount, ct),
            Write = WriteCountAsync,
            Delete = (request, ct) => DeleteAsync(request, QuotaKind.LeaseCount, ct),
        },
    ];

    /// <summary>Without rules that an older version left behind when it removed their mount; any write drops those.</summary>
    private static async ValueTask<QuotaTable> TableAsync(EngineRequest request, CancellationToken cancellation) =>
        (await QuotaTable.ReadAsync(KernelRequest.Of(request).Work, cancellation)).OnlyOf(KernelRequest.Of(request).Router.Table);

    private static async ValueTask<Reply> ListAsync(EngineRequest request, QuotaKind kind, CancellationToken cancellation) => Reply.Keys(
        [.. (await TableAsync(request, cancellation)).Rules.Where(rule => rule.Kind == kind).Select(rule => rule.Name).Order(StringComparer.Ordinal)]);

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, QuotaKind kind, CancellationToken cancellation)
    {
        if ((await TableAsync(request, cancellation)).Find(kind, request.Param("name")) is not { } rule)
        {
            return Reply.NotFound;
        }

        var path = rule.PathIn(KernelRequest.Of(request).Router.Table);
        return Reply.With(json =>
        {
            json.WriteString("name", rule.Name);
            json.WriteString("path", path);
            json.WriteString("role", rule.Role);
            if (kind == QuotaKind.LeaseCount)
            {
                json.WriteNumber("max_leases", rule.MaxLeases);
                json.WriteString("type", "lease-count");
                return;
            }

            json.WriteNumber("block_interval", rule.BlockInterval.TotalSeconds);
            json.WriteNumber("interval", rule.Interval.TotalSeconds);
            json.WriteNumber("rate", rule.Rate);
            json.WriteString("type", "rate-limit");
        });
    }

    private static ValueTask<Reply> WriteRateAsync(EngineRequest request, CancellationToken cancellation)
    {
        var (interval, block) = (request.Get(Interval), request.Get(BlockInterval));
        if (interval > IntervalMax || block > IntervalMax)
        {
            return ValueTask.FromResult(Reply.Invalid("interval and block_interval may be a year at most"));
        }

        var rate = request.Get(Rate);
        if (rate is < RateMin or > RateMax)
        {
            return ValueTask.FromResult(Reply.Invalid("'rate' is invalid"));
        }

        return PutAsync(
            request,
            new QuotaRule
            {
                Name = request.Param("name"),
                Kind = QuotaKind.RateLimit,
                Rate = rate,
                Interval = interval > TimeSpan.Zero ? interval : Interval.Default,
                BlockInterval = block,
            },
            cancellation);
    }

    private static async ValueTask<Reply> WriteCountAsync(EngineRequest request, CancellationToken cancellation) => request.Get(MaxLeases) > 0
        ? await PutAsync(request, new QuotaRule { Name = request.Param("name"), Kind = QuotaKind.LeaseCount, MaxLeases = request.Get(MaxLeases) }, cancellation)
        : Reply.Invalid("'max_leases' is invalid");

    private static async ValueTask<Reply> PutAsync(EngineRequest engineRequest, QuotaRule rule, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var (path, role) = (request.Get(Path).Trim('/'), request.Get(Role));
        var below = "";
        var mounted = path.Length == 0 ? null : request.Router.Find(path, out below);
        if (path.Length > 0 && mounted is null)
        {
            return Reply.Invalid("invalid mount path: no mount serves the path of 'path'");
        }

        if (below[..^(below.EndsWith('*') ? 1 : 0)].Contains('*', StringComparison.Ordinal))
        {
            return Reply.Invalid("path may have a * at its end only");
        }

        if (role.Length > 0 && rule.Kind == QuotaKind.LeaseCount)
        {
            return Reply.Invalid("role is not available for lease-count quotas: a lease does not say which role it came from; use a path");
        }

        if (role.Length > 0 && (mounted is null || mounted.Mount.Class != MountClass.Auth))
        {
            return Reply.Invalid("role needs a path that is an auth method's mount");
        }

        rule = rule with { MountUuid = mounted?.Mount.Uuid ?? "", Below = below, Role = role };
        var table = (await TableAsync(request, cancellation)).Without(rule.Kind, rule.Name);
        if (table.Rules.FirstOrDefault(rule.IsLike) is { } like)
        {
            return Reply.Invalid($"quota rule with similar properties exists under the name \"{like.Name}\"");
        }

        if (table.Rules.Length >= QuotaTable.RulesMax)
        {
            return Reply.Invalid($"there are {QuotaTable.RulesMax} quotas already; remove one first");
        }

        (table with { Rules = table.Rules.Add(rule) }).Write(request.Work);
        return Reply.Done;
    }

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, QuotaKind kind, CancellationToken cancellation)
    {
        var table = await TableAsync(request, cancellation);
        if (table.Find(kind, request.Param("name")) is not null)
        {
            table.Without(kind, request.Param("name")).Write(KernelRequest.Of(request).Work);
        }

        return Reply.Done;
    }

    private static async ValueTask<Reply> ReadSettingsAsync(EngineRequest request, CancellationToken cancellation)
    {
        var settings = (await TableAsync(request, cancellation)).Settings;
        return Reply.With(json =>
        {
            json.WriteBoolean("enable_rate_limit_audit_logging", settings.Audited);
            json.WriteBoolean("enable_rate_limit_response_headers", settings.Headers);
            json.WriteTexts("rate_limit_exempt_paths", settings.ExemptPaths);
        });
    }

    private static async ValueTask<Reply> WriteSettingsAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (request.Get(Exempt).Length > ExemptMax)
        {
            return Reply.Invalid($"rate_limit_exempt_paths holds at most {ExemptMax} paths");
        }

        var table = await TableAsync(request, cancellation);
        var settings = new QuotaSettings
        {
            ExemptPaths = request.Has(Exempt) ? request.Get(Exempt) : table.Settings.ExemptPaths,
            Audited = request.Has(Audited) ? request.Get(Audited) : table.Settings.Audited,
            Headers = request.Has(Headers) ? request.Get(Headers) : table.Settings.Headers,
        };
        (table with { Settings = settings }).Write(KernelRequest.Of(request).Work);
        return Reply.Done;
    }
}
