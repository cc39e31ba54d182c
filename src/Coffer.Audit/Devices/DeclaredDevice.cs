using System.Collections.Immutable;

namespace Coffer.Audit.Devices;

/// <summary>An audit device of the configuration: it is there from the moment the server is unsealed, and the API cannot disable it.</summary>
/// <param name="Path">Canonical, with a slash at its end.</param>
public sealed record DeclaredDevice(string Type, string Path, string Description, ImmutableSortedDictionary<string, string> Options)
{
    /// <summary>What is wrong with it, for a person to put right; null when all is well.</summary>
    public string? Problem()
    {
        if (AuditDeviceOptions.TypeProblem(Type) is { } wrongType)
        {
            return wrongType;
        }

        var device = new AuditDevice { Path = Path, Type = Type, Options = Options, Uuid = "", Salt = [] };
        var bounds = new AuditBounds { Declared = [this] };
        return AuditDeviceOptions.TryParse(device, bounds, out var parsed, out var problem)
            ? parsed is { Remote: null, IsDiscard: false, IsStandardOutput: false } && !System.IO.Path.IsPathRooted(parsed.FilePath) ? "file_path must be an absolute path" : null
            : problem;
    }

    /// <summary>The folder its file is in; empty where there is none.</summary>
    internal string Folder =>
        (Options.GetValueOrDefault("file_path") ?? Options.GetValueOrDefault("path")) is { } file && System.IO.Path.IsPathRooted(file)
            ? System.IO.Path.GetDirectoryName(file) ?? ""
            : "";

    public bool IsAsDeclared(AuditDevice device) => device.Type == Type && device.Path == Path && device.Options.SequenceEqual(Options);
}
