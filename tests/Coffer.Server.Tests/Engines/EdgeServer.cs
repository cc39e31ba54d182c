using System.Net;
using System.Security.Cryptography.X509Certificates;
using Coffer.Kernel.Mounts;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Tests.Http;
using Coffer.Server.Tls;
using Coffer.Testing;

namespace Coffer.Server.Tests.Engines;

/// <summary>A real server over TLS, with the edge engine at <c>edge/</c> and an audit file.</summary>
public sealed class EdgeServer : IAsyncLifetime
{
    public const string Root = "root";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coffer-edge-");
    private readonly LogCollection _events = new();
    private CofferServer? _server;

    public IPEndPoint Address { get; } = ReservedPort.ForThisProcess();

    public Uri Url => new($"https://{Address}/v1/");

    public X509Certificate2 Authority { get; } = TestCertificates.Authority("coffer test authority");

    public string AuditFile => Path.Combine(_folder.FullName, "audit.log");

    internal EdgeEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        using var served = TestCertificates.Leaf("server", Authority);
        using var key = served.GetECDsaPrivateKey()!;
        var tls = new ListenerTlsOptions { CertificateFile = Path.Combine(_folder.FullName, "tls.crt"), KeyFile = Path.Combine(_folder.FullName, "tls.key") };
        await File.WriteAllTextAsync(tls.CertificateFile, served.ExportCertificatePem());
        await File.WriteAllTextAsync(tls.KeyFile, key.ExportPkcs8PrivateKeyPem());
        var options = new ServerOptions
        {
            Storage = StorageOptions.InMemory,
            Loggers = _events,
            Listeners = [new ListenerOptions { Address = Address, Tls = tls }],
            Engines = [EdgeEngine.Type(engine => Engine = engine)],
            Audit = new() { ApiMayCreate = true, Folder = _folder.FullName },
        };
        _server = await CofferServer.StartAsync(
            options, TimeProvider.System, SystemRandom.Instance, CancellationToken.None);
        await _server.OpenAsync(MountEntry.New(SystemRandom.Instance, "edge/", "edge", MountClass.Secret, ""), CancellationToken.None);
        using var http = Client();
        using var enabled = await http.PostAsync("sys/audit/file", Json($$$"""{"type":"file","options":{"file_path":"{{{AuditFile}}}"}}"""));
        Assert.True(enabled.StatusCode == HttpStatusCode.NoContent, await enabled.Content.ReadAsStringAsync());
    }

    /// <summary>A client that trusts the server and carries the root token.</summary>
    /// <param name="certificates">What it shows; its own first.</param>
    public HttpClient Client(params X509Certificate2[] certificates)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, served, _, _) => served?.Issuer == Authority.Subject;
        if (certificates.Length > 0)
        {
            handler.SslOptions.ClientCertificateContext = System.Net.Security.SslStreamCertificateContext.Create(certificates[0], [.. certificates[1..]], offline: true);
        }

        var http = new HttpClient(handler) { BaseAddress = Url };
        http.DefaultRequestHeaders.Add("X-Vault-Token", Root);
        return http;
    }

    public static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Authority.Dispose();
        _folder.Delete(recursive: true);
        Assert.Empty(_events.Failures);
    }
}
