using System.Collections.Immutable;
using Coffer.Kernel.Mounts;
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

/// <summary>An enabled audit device, as it was asked for.</summary>
public sealed record AuditDevice
{
    /// <summary>Canonical, with a slash at its end.</summary>
    public required string Path { get; init; }

    /// <summary><c>file</c>, <c>socket</c> or <c>syslog</c>.</summary>
    public required string Type { get; init; }

    public string Description { get; init; } = "";

    public bool Local { get; init; }

    /// <summary>As sent; <see cref="AuditDeviceOptions"/> reads them.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } = EmptyMap.OfTexts;

    /// <summary>It is there because the configuration says so.</summary>
    public bool Declared { get; init; }

    /// <summary>Stable for the device's life; named in its checkpoints.</summary>
    public required string Uuid { get; init; }

    /// <summary>Key of the hashes that stand for sensitive values: 32 bytes, never shown.</summary>
    public required byte[] Salt { get; init; }

    public override string ToString() => $"AuditDevice({Path})";
}
