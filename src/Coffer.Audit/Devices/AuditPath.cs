

namespace Coffer.Audit.Devices;

/// <summary>Where an audit file really is: symbolic links resolved, and inside the folder that the configuration allows.</summary>
public static class AuditPath
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Finds the file, and makes the folders above it, from the configured one on, where they are missing.</summary>
    /// <exception cref="AuditPathException">Outside the bounds, not a plain file, or executable.</exception>
    /// <exception cref="IOException">A folder cannot be made or looked into.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static string Resolve(string asked, AuditBounds bounds)
    {
        if (bounds.Folder.Length == 0)
        {
            throw new AuditPathException("no audit files can be made over the API: name a folder for them in the server's configuration (audit_folder)");
        }

        if (!Path.IsPathRooted(asked) || asked.Any(char.IsControl) || asked.Split('/').Any(segment => segment is "." or ".."))
        {
            throw new AuditPathException($"file_path must be an absolute path without \".\" and \"..\" below {bounds.Folder}");
        }

        var folder = Real(Path.GetFullPath(bounds.Folder));
        var file = Real(Path.GetFullPath(asked));
        if (!IsBelow(file, folder))
        {
            throw new AuditPathException(
                $"file_path must be below {bounds.Folder}, the folder that the server's configuration names (audit_folder), and so must what its links lead to");
        }

        if (bounds.LogFile.Length > 0 && file == Real(Path.GetFullPath(bounds.LogFile)))
        {
            throw new AuditPathException("file_path is the server's own log file, whose lines would break the chain of entries; choose another file");
        }

        MakeFolder(Path.GetDirectoryName(file)!);
        if (Directory.Exists(file))
        {
            throw new AuditPathException("file_path is a directory");
        }

        if (File.Exists(file))
        {
            CheckFile(file);
        }

        return file;
    }

    /// <summary>The path with every symbolic link in it resolved. What does not exist is kept as it is named.</summary>
    public static string Real(string path)
    {
        var links = 0;
        var root = Path.GetPathRoot(path)!;
        var real = root;
        var rest = new Stack<string>(path[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (rest.TryPop(out var segment))
        {
            if (segment == "..")
            {
                real = Path.GetDirectoryName(real) ?? root;
                continue;
            }

            var next = Path.Combine(real, segment);
            if (segment == "." || new FileInfo(next).LinkTarget is not { } target)
            {
                real = segment == "." ? real : next;
                continue;
            }

            if (++links > AuditLimits.LinksMax)
            {
                throw new AuditPathException("file_path leads through too many symbolic links");
            }

            real = Path.IsPathRooted(target) ? root : real;
            foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                rest.Push(part);
            }
        }

        return real;
    }

    private static bool IsBelow(string file, string folder) =>
        file.Length > folder.Length && file.StartsWith(folder.EndsWith('/') ? folder : folder + "/", StringComparison.Ordinal);

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, FolderMode);
        }
    }

    private static void CheckFile(string file)
    {
        var attributes = File.GetAttributes(file);
        if ((attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) != 0)
        {
            throw new AuditPathException("file_path is not a plain file");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Execute) != 0)
        {
            throw new AuditPathException("file_path is executable: an audit file must not be; remove the permission or choose another file");
        }

        CheckLinks(FileLinks.Of(file));
    }

    /// <summary>By another name a file could be one that is outside the bounds, or be read and changed there.</summary>
    /// <exception cref="AuditPathException">It has more names than one.</exception>
    public static void CheckLinks(long? count)
    {
        if (count > 1)
        {
            throw new AuditPathException("file_path has a second name (a hard link): an audit file must have one alone; remove the other or choose another file");
        }
    }
}
