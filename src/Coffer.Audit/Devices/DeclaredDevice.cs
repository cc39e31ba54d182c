using System.Collections.Immutable;

namespace Coffer.Audit.Devices;

/// <summary>An audit device of the configuration: it is there from the moment the server is unsealed, and the API cannot disable it.</summary>
/// <param name="Path">Canonical, with a slash at its end.</param>
public sealed record DeclaredDevice(string Type, string Path, string Description, ImmutableSortedDictionary<string, string> Options)
{
    /// <summary>Everything that is wrong with it, for a person to put right; null when all is well.</summary>
    public string? Problem()
    {
        if (AuditDeviceOptions.TypeProblem(Type) is { } wrongType)
        {
            return wrongType;
        }

        var device = new AuditDevice { Path = Path, Type = Type, Options = Options, Uuid = "", Salt = [] };
        var bounds = new AuditBounds { Declared = [this] };
        AuditDeviceOptions.TryParse(device, bounds, out var parsed, out var problem);
        var isFile = Type == "file" && parsed is { FilePath.Length: > 0, IsDiscard: false, IsStandardOutput: false };
        string[] problems = [problem, isFile && !System.IO.Path.IsPathRooted(parsed.FilePath) ? "file_path must be an absolute path" : ""];
        return string.Join("; ", problems.Where(each => each.Length > 0)) is { Length: > 0 } all ? all : null;
    }

    /// <summary>Whether a path leads to the file that the device writes to, links followed.</summary>
    public bool WritesTo(string path) => File.Length > 0 && path.Length > 0 && Reached(File) == Reached(path);

    /// <summary>The absolute path of its file; empty where it writes to none.</summary>
    public string File => Type == "file" && (Named("file_path") ?? Named("path")) is { } file && System.IO.Path.IsPathRooted(file) ? file : "";

    /// <summary>The folder its file is in; empty where there is none.</summary>
    internal string Folder => File.Length > 0 ? System.IO.Path.GetDirectoryName(File) ?? "" : "";

    public bool IsAsDeclared(AuditDevice device) => device.Type == Type && device.Path == Path && device.Options.SequenceEqual(Options);

    private string? Named(string option) => Options.GetValueOrDefault(option) is { Length: > 0 } text ? text : null;

    /// <summary>Links that cannot be followed now are left as they are: the device itself is refused when it is opened.</summary>
    private static string Reached(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            // No path of any file.
            return path;
        }

        var full = System.IO.Path.GetFullPath(path);
        try
        {
            return AuditPath.Real(full);
        }
        catch (Exception error) when (error is AuditPathException or IOException or UnauthorizedAccessException)
        {
            return full;
        }
    }
}
