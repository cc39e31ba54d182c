namespace Coffer.Kernel.Audit;

/// <summary>How the lines of a device look.</summary>
/// <param name="Prefix">Stands before each line; part of what is hashed.</param>
/// <param name="IsJsonx">Lines are JSONx instead of JSON.</param>
internal sealed record AuditLineForm(string Prefix, bool IsJsonx)
{
    public static AuditLineForm Json { get; } = new("", IsJsonx: false);

    /// <summary>An entry as a sink takes it: its end is open, so that the chain can follow.</summary>
    /// <param name="json">A JSON object with at least one member.</param>
    /// <exception cref="System.Text.Json.JsonException">It is nested too deeply to be recorded.</exception>
    public ReadOnlyMemory<byte> EntryOf(byte[] json) => IsJsonx ? AuditJsonx.Write(json) : json.AsMemory(..^1);
}
