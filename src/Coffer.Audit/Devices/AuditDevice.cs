using System.Collections.Immutable;

namespace Coffer.Audit.Devices;

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
    public ImmutableSortedDictionary<string, string> Options { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>It is there because the configuration says so.</summary>
    public bool Declared { get; init; }

    /// <summary>Stable for the device's life; named in its checkpoints.</summary>
    public required string Uuid { get; init; }

    /// <summary>Key of the hashes that stand for sensitive values: 32 bytes, never shown.</summary>
    public required byte[] Salt { get; init; }

    public override string ToString() => $"AuditDevice({Path})";
}
