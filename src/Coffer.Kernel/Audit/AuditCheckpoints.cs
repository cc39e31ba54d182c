using System.Collections.Immutable;
using Coffer.Audit.Chain;
using Coffer.Kernel.Transactions;

namespace Coffer.Kernel.Audit;

/// <summary>The last checkpoint of each enabled device, by its UUID: in the store, so that what is done to a file while no server runs is noticed.</summary>
public sealed record AuditCheckpoints(ImmutableSortedDictionary<string, AuditMark> Devices)
{
    public const string StorageKey = "core/audit-checkpoints";

    public static AuditCheckpoints None { get; } = new(ImmutableSortedDictionary.Create<string, AuditMark>(StringComparer.Ordinal));

    public AuditMark? Of(string device) => Devices.GetValueOrDefault(device);

    internal static async ValueTask<AuditCheckpoints> ReadAsync(UnitOfWork work, CancellationToken cancellation) =>
        await work.GetAsync(StorageKey, AuditJsonContext.Default.AuditCheckpoints, cancellation) ?? None;

    /// <summary>With newer checkpoints, and without devices that are enabled no more.</summary>
    internal AuditCheckpoints With(IEnumerable<KeyValuePair<string, AuditMark>> newer, AuditTable table)
    {
        var enabled = table.Devices.Select(device => device.Uuid).ToHashSet(StringComparer.Ordinal);
        return new AuditCheckpoints(Devices.SetItems(newer).RemoveRange(Devices.Keys.Concat(newer.Select(pair => pair.Key)).Where(device => !enabled.Contains(device))));
    }
}
