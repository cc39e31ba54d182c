namespace Coffer.Bench;

/// <summary>Our server, from a configuration file in a folder of its own.</summary>
internal sealed class OwnServer
{
    private readonly string _program;
    private readonly string _folder;
    private readonly Uri _address = new($"http://127.0.0.1:{Subject.FreePort()}");

    /// <param name="program">The server's program.</param>
    /// <param name="folder">Made if it is not there. Holds data, audit and log.</param>
    /// <param name="disk">Data on the disk; otherwise in memory.</param>
    public OwnServer(string program, string folder, bool disk)
    {
        _program = program;
        _folder = folder;
        Directory.CreateDirectory(Path.Combine(folder, "audit"));
        var storage = disk ? $$"""storage "file" { path = "{{folder}}/data" }""" : """storage "inmem" {}""";
        File.WriteAllText(Configuration, $$"""
            {{storage}}
            listener "tcp" {
              address     = "{{_address.Authority}}"
              tls_disable = 1
            }
            audit_folder = "{{folder}}/audit"
            """);
    }

    public string AuditFile => Path.Combine(_folder, "audit", "audit.log");

    private string Configuration => Path.Combine(_folder, "config.hcl");

    /// <summary>Starts the process; the server is sealed, and new on the first start.</summary>
    public async Task<(ServerRun Run, Subject Subject)> StartAsync(string name, CancellationToken cancellation, string token = "")
    {
        var run = await ServerRun.StartAsync(
            _program, ["server", $"-config={Configuration}"], new Uri(_address, "/v1/sys/seal-status"), Path.Combine(_folder, "log"), cancellation);
        return (run, new Subject(name, _address, token, run));
    }
}
