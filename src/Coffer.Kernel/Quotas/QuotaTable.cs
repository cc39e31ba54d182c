using System.Collections.Immutable;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Quotas;

/// <summary>All quotas and what is common to them, in one entry of the store: a change holds from the next request on.</summary>
/// <param name="Rules">At most <see cref="RulesMax"/>.</param>
/// <param name="Settings">As <c>sys/quotas/config</c> reads and writes them.</param>
public sealed record QuotaTable(ImmutableArray<QuotaRule> Rules, QuotaSettings Settings)
{
    internal const string StorageKey = "core/quotas";

    /// <summary>Every request looks through all of them.</summary>
    internal const int RulesMax = 256;

    internal static QuotaTable Empty { get; } = new([], new QuotaSettings());

    internal static async ValueTask<QuotaTable> ReadAsync(UnitOfWork work, CancellationToken cancellation) =>
        await work.GetAsync(StorageKey, QuotasJsonContext.Default.QuotaTable, cancellation) ?? Empty;

    internal void Write(UnitOfWork work) => work.Put(StorageKey, this, QuotasJsonContext.Default.QuotaTable);

    /// <summary>Removes the rules of mounts that are not in the table.</summary>
    internal static async ValueTask KeepOnlyOfAsync(UnitOfWork work, MountTable mounts, CancellationToken cancellation)
    {
        var table = await ReadAsync(work, cancellation);
        if (table.OnlyOf(mounts) is var kept && kept.Rules.Length < table.Rules.Length)
        {
            kept.Write(work);
        }
    }

    internal QuotaRule? Find(QuotaKind kind, string name) => Rules.FirstOrDefault(rule => rule.Kind == kind && rule.Name == name);

    /// <summary>Leaves out the rules of mounts that are gone: shown without a path they would look as if they bounded everything.</summary>
    internal QuotaTable OnlyOf(MountTable mounts) =>
        this with { Rules = Rules.RemoveAll(rule => rule.MountUuid.Length > 0 && !mounts.Mounts.Any(mount => mount.Uuid == rule.MountUuid)) };

    internal QuotaTable Without(QuotaKind kind, string name) => this with { Rules = Rules.RemoveAll(rule => rule.Kind == kind && rule.Name == name) };
}

/// <summary>What is common to all quotas.</summary>
public sealed record QuotaSettings
{
    private static readonly ImmutableArray<string> Unlimited =
    [
        "sys/generate-recovery-token/attempt", "sys/generate-recovery-token/update", "sys/generate-root/attempt", "sys/generate-root/update",
        "sys/health", "sys/seal-status", "sys/unseal",
    ];

    /// <summary>Paths that no rate limit holds for, as they were given; with <c>*</c> at the end all that begin so.</summary>
    public ImmutableArray<string> ExemptPaths { get; init; } = Unlimited;

    /// <summary>Refused requests are audited.</summary>
    public bool Audited { get; init; }

    /// <summary>Answers say what the limit leaves the client.</summary>
    public bool Headers { get; init; }

    internal bool IsExempt(string path)
    {
        foreach (var given in ExemptPaths)
        {
            var exempt = given.AsSpan();
            exempt = exempt.StartsWith("/v1/") ? exempt[4..] : exempt.TrimStart('/');
            if (exempt.SequenceEqual(path) || (exempt.EndsWith('*') && path.AsSpan().StartsWith(exempt[..^1])))
            {
                return true;
            }
        }

        return false;
    }
}
