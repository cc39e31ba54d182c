namespace Coffer.Audit.Entries;

/// <summary>An entry on its way to a device.</summary>
public static class AuditEntry
{
    /// <summary>An entry as sinks take it: its end is open, so that the chain can follow.</summary>
    /// <param name="json">A JSON object with at least one member. It is not copied.</param>
    public static ReadOnlyMemory<byte> Of(byte[] json) => json.AsMemory(..^1);
}
