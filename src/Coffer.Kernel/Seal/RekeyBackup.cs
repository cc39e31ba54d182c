using System.Collections.Immutable;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Seal;

/// <summary>The encrypted shares of the last rekey that asked for a backup, until it is deleted. They open nothing without their holders' keys.</summary>
/// <param name="Nonce">Of the rekey.</param>
/// <param name="Keys">By the fingerprint of the holder's key; in hex.</param>
public sealed record RekeyBackup(string Nonce, ImmutableSortedDictionary<string, ImmutableArray<string>> Keys)
{
    internal const string StorageKey = "core/rekey-backup";

    internal static RekeyBackup Of(string nonce, IReadOnlyList<PgpRecipient> holders, IReadOnlyList<byte[]> messages) => new(
        nonce,
        holders.Zip(messages, (holder, message) => (holder.Fingerprint, Hex: Convert.ToHexStringLower(message)))
            .GroupBy(pair => pair.Fingerprint, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Select(pair => pair.Hex).ToImmutableArray(), StringComparer.Ordinal));

    internal static ValueTask<RekeyBackup?> ReadAsync(UnitOfWork work, CancellationToken cancellation) => work.GetAsync(StorageKey, SealJsonContext.Default.RekeyBackup, cancellation);

    internal static void Delete(UnitOfWork work) => work.Delete(StorageKey);

    internal void Write(UnitOfWork work) => work.Put(StorageKey, this, SealJsonContext.Default.RekeyBackup);

    public override string ToString() => $"RekeyBackup({Nonce})";
}
