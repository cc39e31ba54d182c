using System.Collections.Immutable;
using Coffer.Audit.Devices;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Audit;

/// <summary>Every audit device and every audited header, in one entry of the store: each request reads it, and notices a change at once.</summary>
/// <param name="Revision">One more at each change: of two states of the table, the later is known. The entry is never deleted.</param>
public sealed record AuditTable(long Revision, ImmutableArray<AuditDevice> Devices)
{
    public const string StorageKey = "core/audit";

    public static AuditTable None { get; } = new(0, []);

    /// <summary>Request headers to record, by lower-case name; true: hashed.</summary>
    public ImmutableSortedDictionary<string, bool> Headers { get; init; } = ImmutableSortedDictionary.Create<string, bool>(StringComparer.Ordinal);

    /// <summary>Signs checkpoints: ECDSA on P-256, in PKCS #8. Empty until the first device is enabled; kept for ever after.</summary>
    public byte[] SigningKey { get; init; } = [];

    internal AuditDevice? Find(string path) => Devices.FirstOrDefault(device => device.Path == path);

    internal static async ValueTask<AuditTable> ReadAsync(UnitOfWork work, CancellationToken cancellation) =>
        await work.GetAsync(StorageKey, AuditJsonContext.Default.AuditTable, cancellation) ?? None;

    /// <summary>Stores this as the next state.</summary>
    /// <returns>That state, to be adopted once it is committed.</returns>
    internal AuditTable Write(UnitOfWork work)
    {
        var next = this with { Revision = Revision + 1 };
        work.Put(StorageKey, next, AuditJsonContext.Default.AuditTable);
        return next;
    }

    public override string ToString() => $"AuditTable({Revision})";
}
