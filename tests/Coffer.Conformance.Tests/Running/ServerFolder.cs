using System.Net;

namespace Coffer.Conformance.Tests.Running;

/// <summary>Where a production server of one case keeps its configuration and its data.</summary>
internal sealed class ServerFolder : IDisposable
{
    /// <summary>Where the recordings put their audit files.</summary>
    public const string Audit = "/tmp/conform-audit";

    public string Path { get; } = Directory.CreateTempSubdirectory("coffer-conformance-").FullName;

    /// <returns>The file.</returns>
    public string WriteConfiguration(IPEndPoint address)
    {
        var file = System.IO.Path.Combine(Path, "config.hcl");
        File.WriteAllText(file, $$"""
            storage "file" {
              path = "{{Path}}/data"
            }
            listener "tcp" {
              address     = "{{address}}"
              tls_disable = 1
            }
            """);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
