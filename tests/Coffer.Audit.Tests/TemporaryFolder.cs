using Coffer.Audit.Devices;

namespace Coffer.Audit.Tests;

/// <summary>A folder of its own below the system's temporary one; its path has no symbolic links in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = AuditPath.Real(Directory.CreateTempSubdirectory("coffer-audit-").FullName);

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
