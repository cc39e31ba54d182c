using System.Collections.Immutable;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Tidying;

/// <summary>What has to hold of leases and of the index by which the janitor finds what is due.</summary>
internal sealed class LeaseChecks(TimeProvider clock)
{
    public ImmutableArray<TidyCheck> All =>
    [
        new("leases", LeaseKeys.Records, RecordAsync),
        new("owner_entries", LeaseKeys.AllOwned, OwnerAsync),
        new("entity_entries", LeaseKeys.AllOwnedByEntities, EntityAsync),
        new("attention_entries", LeaseKeys.AllAttention, AttentionAsync),
        new("due_entries", DueKeys.All, DueAsync),
    ];

    private async ValueTask<bool> RecordAsync(UnitOfWork work, string key, CancellationToken cancellation)
    {
        if (await LeaseStore.GetAsync(work, key[LeaseKeys.Records.Length..], cancellation) is not { } lease)
        {
            return false;
        }

        if (lease.IsToken)
        {
            if (await TokenStore.GetAnyAsync(work, lease.TokenAccessor, cancellation) is not null)
            {
                return false;
            }

            work.Delete(key);
            return true;
        }

        if (!await OwnerLivesAsync(work, lease, cancellation))
        {
            var now = clock.GetUtcNow();
            LeaseStore.Put(work, lease, lease with { ExpireTime = now, Due = now, Owner = "", OwnerEntity = "" });
            return true;
        }

        var repaired = await TokenChecks.RestoreAsync(work, DueKeys.Lease(lease.Due, lease.Id), cancellation);
        if (LeaseKeys.OwnerOf(lease) is { } owner)
        {
            repaired |= await TokenChecks.RestoreAsync(work, owner, cancellation);
        }

        if (lease.AttentionSince is not null)
        {
            repaired |= await TokenChecks.RestoreAsync(work, LeaseKeys.Attention(lease.MountUuid, lease.Id), cancellation);
        }

        return repaired;
    }

    private static async ValueTask<bool> OwnerLivesAsync(UnitOfWork work, LeaseRecord lease, CancellationToken cancellation) =>
        (lease.Owner.Length == 0 || await TokenStore.GetAnyAsync(work, lease.Owner, cancellation) is not null)
        && (lease.OwnerEntity.Length == 0 || await EntityStore.FindActingAsync(work, lease.OwnerEntity, cancellation) is not null);

    private static ValueTask<bool> OwnerAsync(UnitOfWork work, string key, CancellationToken cancellation) =>
        RemoveUnlessAsync(work, key, IdAfter(key, LeaseKeys.AllOwned), lease => LeaseKeys.OwnerOf(lease) == key, cancellation);

    private static ValueTask<bool> EntityAsync(UnitOfWork work, string key, CancellationToken cancellation) =>
        RemoveUnlessAsync(work, key, IdAfter(key, LeaseKeys.AllOwnedByEntities), lease => LeaseKeys.OwnerOf(lease) == key, cancellation);

    private static ValueTask<bool> AttentionAsync(UnitOfWork work, string key, CancellationToken cancellation) =>
        RemoveUnlessAsync(work, key, IdAfter(key, LeaseKeys.AllAttention), lease => lease.AttentionSince is not null, cancellation);

    private static async ValueTask<bool> DueAsync(UnitOfWork work, string key, CancellationToken cancellation)
    {
        var (due, isToken, name) = DueKeys.Parse(key);
        if (!isToken)
        {
            return await RemoveUnlessAsync(work, key, name, lease => lease.Due == due, cancellation);
        }

        if (await TokenStore.GetAnyAsync(work, name, cancellation) is { } token && token.Due == due)
        {
            return false;
        }

        return await TokenChecks.RemoveAsync(work, key, cancellation);
    }

    private static async ValueTask<bool> RemoveUnlessAsync(
        UnitOfWork work, string key, string id, Predicate<LeaseRecord> holds, CancellationToken cancellation)
    {
        if (await LeaseStore.GetAsync(work, id, cancellation) is { } lease && holds(lease))
        {
            return false;
        }

        return await TokenChecks.RemoveAsync(work, key, cancellation);
    }

    /// <summary>The lease id behind the name that an index puts before it.</summary>
    private static string IdAfter(string key, string prefix) => key[(key.IndexOf('/', prefix.Length) + 1)..];
}
