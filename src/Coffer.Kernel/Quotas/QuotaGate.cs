using System.Collections.Immutable;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Quotas;

/// <summary>The states of all quotas, from one state of the table to the next: a rule that did not change goes on where it was.</summary>
public sealed class QuotaGate(Transactor transactions)
{
    private readonly Lock _lock = new();
    private QuotaTable _table = QuotaTable.Empty;
    private ImmutableDictionary<QuotaRule, RateBuckets> _rates = ImmutableDictionary<QuotaRule, RateBuckets>.Empty;
    private ImmutableDictionary<(QuotaRule Rule, string Prefix), LeaseCount> _counts = ImmutableDictionary<(QuotaRule Rule, string Prefix), LeaseCount>.Empty;

    /// <summary>The narrowest rule of a kind that fits.</summary>
    internal static QuotaRule? Narrowest(QuotaTable table, QuotaKind kind, string mountUuid, string below, string role)
    {
        QuotaRule? found = null;
        foreach (var rule in table.Rules)
        {
            if (rule.Kind == kind && rule.Fits(mountUuid, below, role) && (found is null || rule.Narrowness > found.Narrowness))
            {
                found = rule;
            }
        }

        return found;
    }

    internal RateBuckets? RatesOf(QuotaTable table, QuotaRule rule)
    {
        Follow(table);
        return Volatile.Read(ref _rates).GetValueOrDefault(rule);
    }

    internal LeaseCount? CountOf(QuotaTable table, QuotaRule rule, Router router)
    {
        Follow(table);
        lock (_lock)
        {
            if (!_table.Rules.Contains(rule))
            {
                return null;
            }

            // A lease's id is the path it came from, a slash, and an ending of its own.
            var path = rule.PathIn(router.Table);
            var prefix = path.Length == 0 || path[^1] is '/' or '*' ? path.TrimEnd('*') : path + "/";
            if (!_counts.TryGetValue((rule, prefix), out var count))
            {
                count = new LeaseCount(rule.MaxLeases, CounterOf(router, rule.MountUuid, prefix));
                _counts = _counts.Add((rule, prefix), count);
            }

            return count;
        }
    }

    /// <summary>Counts leases under the mount's present and former paths. Reads each record only where another mount shares the prefix.</summary>
    private Func<CancellationToken, ValueTask<long>> CounterOf(Router router, string mountUuid, string prefix)
    {
        var scopes = ImmutableArray.Create(new LeaseScope(prefix));
        if (router.FindByUuid(mountUuid)?.Mount is { } mount)
        {
            var shared = router.Table.Mounts.Any(other => other.Uuid != mount.Uuid && LeaseScope.Former(other, other.Path).Any(former =>
                prefix.StartsWith(former.Prefix, StringComparison.Ordinal) || former.Prefix.StartsWith(prefix, StringComparison.Ordinal)));
            scopes = [new LeaseScope(prefix, shared ? mount.Uuid : ""), .. LeaseScope.Former(mount, prefix)];
        }

        return async cancellation =>
        {
            var count = 0L;
            foreach (var scope in scopes)
            {
                count += await CountAsync(scope, cancellation);
            }

            return count;
        };
    }

    private async ValueTask<long> CountAsync(LeaseScope scope, CancellationToken cancellation)
    {
        if (scope.MountUuid.Length == 0)
        {
            return await transactions.Begin().CountAsync(LeaseKeys.Record(scope.Prefix), cancellation);
        }

        var count = 0L;
        string? after = null;
        do
        {
            (var ids, after) = await scope.PageAsync(transactions.Begin(), after, cancellation);
            count += ids.Count;
        }
        while (after is not null);
        return count;
    }

    private void Follow(QuotaTable table)
    {
        if (ReferenceEquals(Volatile.Read(ref _table), table))
        {
            return;
        }

        lock (_lock)
        {
            var rates = table.Rules.Where(rule => rule.Kind == QuotaKind.RateLimit);
            _rates = rates.ToImmutableDictionary(rule => rule, rule => _rates.GetValueOrDefault(rule) ?? new RateBuckets(rule));
            _counts = _counts.RemoveRange(_counts.Keys.Where(key => !table.Rules.Contains(key.Rule)));
            Volatile.Write(ref _table, table);
        }
    }
}
