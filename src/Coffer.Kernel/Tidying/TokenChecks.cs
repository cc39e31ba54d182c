using System.Collections.Immutable;
using System.Text;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Kernel.Wrapping;

namespace Coffer.Kernel.Tidying;

/// <summary>What has to hold of tokens. All of it is written in one commit, so a mistake here means a damaged or half-restored store.</summary>
internal sealed class TokenChecks(TimeProvider clock)
{
    public ImmutableArray<TidyCheck> All =>
    [
        new("tokens", TokenKeys.Records, RecordAsync),
        new("child_entries", TokenKeys.AllChildren, ChildAsync),
        new("chosen_ids", TokenKeys.CustomIds, CustomIdAsync),
        new("wrapped_answers", WrapRecord.KeyOf(""), WrapAsync),
        new("cubbyholes", EngineKeys.All, CubbyholeAsync),
    ];

    private async ValueTask<bool> RecordAsync(UnitOfWork work, string key, CancellationToken cancellation)
    {
        if (await TokenStore.GetAnyAsync(work, key[TokenKeys.Records.Length..], cancellation) is not { } token)
        {
            return false;
        }

        if (!token.Orphan && await TokenStore.GetAnyAsync(work, token.Parent, cancellation) is null)
        {
            return End(work, token);
        }

        var repaired = false;
        if (!token.Orphan)
        {
            repaired |= await RestoreAsync(work, TokenKeys.Child(token.Parent, token.Accessor), cancellation);
        }

        if (token.Due is { } due)
        {
            repaired |= await RestoreAsync(work, DueKeys.Token(due, token.Accessor), cancellation);
        }

        if (token.LeaseId.Length > 0 && await LeaseStore.GetAsync(work, token.LeaseId, cancellation) is null)
        {
            work.Put(LeaseKeys.Record(token.LeaseId), TokenStore.LeaseOf(token), LeasesJsonContext.Default.LeaseRecord);
            repaired = true;
        }

        return repaired;
    }

    private async ValueTask<bool> ChildAsync(UnitOfWork work, string key, CancellationToken cancellation)
    {
        var names = key[TokenKeys.AllChildren.Length..].Split('/');
        if (await TokenStore.GetAnyAsync(work, names[^1], cancellation) is { } child && child.Parent == names[0])
        {
            return false;
        }

        return await RemoveAsync(work, key, cancellation);
    }

    private async ValueTask<bool> CustomIdAsync(UnitOfWork work, string key, CancellationToken cancellation) =>
        await work.GetAsync(key, cancellation) is { } accessor
            && await RemoveWithoutTokenAsync(work, key, Encoding.UTF8.GetString(accessor.Span), cancellation);

    private static ValueTask<bool> WrapAsync(UnitOfWork work, string key, CancellationToken cancellation) =>
        RemoveWithoutTokenAsync(work, key, key[WrapRecord.KeyOf("").Length..], cancellation);

    /// <summary>Of all mounts' entries only a cubbyhole's belong to tokens.</summary>
    private static async ValueTask<bool> CubbyholeAsync(UnitOfWork work, string key, CancellationToken cancellation)
    {
        return await CubbyholeStorage.PrefixAsync(work, cancellation) is { } prefix
            && CubbyholeStorage.AccessorIn(key, prefix) is { Length: TokenStore.AccessorCharacters } accessor
            && await RemoveWithoutTokenAsync(work, key, accessor, cancellation);
    }

    private static async ValueTask<bool> RemoveWithoutTokenAsync(UnitOfWork work, string key, string accessor, CancellationToken cancellation)
    {
        if (await TokenStore.GetAnyAsync(work, accessor, cancellation) is not null)
        {
            return false;
        }

        return await RemoveAsync(work, key, cancellation);
    }

    /// <summary>A child ends with its parent, and the parent is gone: the janitor ends it.</summary>
    private bool End(UnitOfWork work, TokenRecord token)
    {
        TokenStore.Put(work, token, token with { Revoking = true, Due = clock.GetUtcNow() });
        return true;
    }

    /// <summary>
    /// Removes an entry that belongs to nothing. A request may have removed it since the walk read its key; and what the check has read since then is of the
    /// same moment as the entry, or the commit fails.
    /// </summary>
    internal static async ValueTask<bool> RemoveAsync(UnitOfWork work, string key, CancellationToken cancellation)
    {
        if (!await work.ExistsAsync(key, cancellation))
        {
            return false;
        }

        work.Delete(key);
        return true;
    }

    internal static async ValueTask<bool> RestoreAsync(UnitOfWork work, string key, CancellationToken cancellation)
    {
        if (await work.GetAsync(key, cancellation) is not null)
        {
            return false;
        }

        work.Put(key, Array.Empty<byte>());
        return true;
    }
}
