using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Tls;
using Coffer.Testing;

namespace Coffer.Server.Tests.Http;

public sealed class TlsTests : IDisposable
{
    private const string Health = "GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coffer-tls-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_listener_answers_over_tls_with_the_certificate_it_was_given(SslProtocols version)
    {
        using var made = Make("one");
        var options = Options();
        await using var server = await StartAsync(options);

        var (answer, thumbprint) = await AskAsync(options.Address, version);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal(made.Thumbprint, thumbprint);
    }

    [Fact]
    public async Task A_renewed_certificate_is_served_after_a_reload_and_a_broken_one_is_not()
    {
        using var first = Make("one");
        var options = Options();
        await using var server = await StartAsync(options);

        using var second = Make("two");
        Assert.Equal(first.Thumbprint, (await AskAsync(options.Address)).Thumbprint);
        Assert.Empty(server.Reload());
        Assert.Equal(second.Thumbprint, (await AskAsync(options.Address)).Thumbprint);

        await File.WriteAllTextAsync(options.Tls!.CertificateFile, "no longer PEM", Cancel);
        Assert.Contains("holds no certificate", Assert.Single(server.Reload()), StringComparison.Ordinal);
        Assert.Equal(second.Thumbprint, (await AskAsync(options.Address)).Thumbprint);
    }

    [Fact]
    public async Task What_is_older_than_the_configuration_allows_is_turned_away()
    {
        using var made = Make("one");
        var options = Options();
        options = options with { Tls = options.Tls! with { Versions = SslProtocols.Tls13 } };
        await using var server = await StartAsync(options);

        await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(options.Address, SslProtocols.Tls12));
        Assert.StartsWith("HTTP/1.1 200", (await AskAsync(options.Address, SslProtocols.Tls13)).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_certificate_that_is_required_must_come_from_the_authority_that_is_named()
    {
        using var made = Make("one");
        using var trusted = Certificate("trusted");
        using var stranger = Certificate("stranger");
        var authority = Path.Combine(_folder.FullName, "ca.pem");
        await File.WriteAllTextAsync(authority, trusted.ExportCertificatePem(), Cancel);
        var options = Options();
        options = options with { Tls = options.Tls! with { ClientCaFile = authority, ClientCertificateRequired = true } };
        await using var server = await StartAsync(options);

        Assert.StartsWith("HTTP/1.1 200", (await AskAsync(options.Address, client: trusted)).Answer, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(options.Address, client: stranger));
        await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(options.Address));
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused_by_name()
    {
        using var made = Make("one");
        using var other = Certificate("other");
        using var key = other.GetECDsaPrivateKey()!;
        var options = Options().Tls!;
        File.WriteAllText(options.KeyFile, key.ExportPkcs8PrivateKeyPem());

        Assert.Contains("is not the private key", Server.Tls.ListenerCertificate.ProblemOf(options), StringComparison.Ordinal);
    }

    private static async Task<CofferServer> StartAsync(ListenerOptions listener) => await CofferServer.StartAsync(
        new ServerOptions { Storage = StorageOptions.InMemory, Listeners = [listener] },
        TimeProvider.System, SystemRandom.Instance, Cancel);

    /// <summary>One request over one connection of its own.</summary>
    /// <exception cref="Exception">The handshake failed, or the server hung up before it answered.</exception>
    private static async Task<(string Answer, string Thumbprint)> AskAsync(EndPoint address, SslProtocols version = SslProtocols.None, X509Certificate2? client = null)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync((IPEndPoint)address, Cancel);
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, served, _, _) => served is not null);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "coffer.test",
                EnabledSslProtocols = version,
                ClientCertificates = client is null ? [] : [client],
            },
            Cancel);
        await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Health), Cancel);
        using var reader = new StreamReader(tls);
        var answer = await reader.ReadToEndAsync(Cancel);
        return answer.Length > 0 ? (answer, new X509Certificate2(tls.RemoteCertificate!).Thumbprint) : throw new IOException("the server hung up");
    }

    private ListenerOptions Options() => new()
    {
        Address = ReservedPort.ForThisProcess(),
        Tls = new ListenerTlsOptions { CertificateFile = Path.Combine(_folder.FullName, "tls.crt"), KeyFile = Path.Combine(_folder.FullName, "tls.key") },
    };

    /// <summary>Writes a new certificate and its key over those that are there.</summary>
    private X509Certificate2 Make(string name)
    {
        var made = Certificate(name);
        using var key = made.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(_folder.FullName, "tls.crt"), made.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder.FullName, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        return made;
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var signed = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
