using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Client;

namespace Coffer.Cli.Tests;

public sealed class ClientTlsTests
{
    [Theory]
    [InlineData(true, "vault.test", false, null)]
    [InlineData(true, "", false, "certificate is not valid for 127.0.0.1")]
    [InlineData(true, "other.test", false, "certificate is not valid for other.test")]
    [InlineData(false, "vault.test", false, "certificate signed by unknown authority")]
    [InlineData(false, "", true, null)]
    public async Task A_certificate_counts_only_if_it_is_trusted_and_for_the_name(bool trusted, string serverName, bool skipVerify, string? problem)
    {
        var ca = Path.GetTempFileName();
        using var certificate = Certificate();
        await File.WriteAllTextAsync(ca, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, certificate);
        using var client = new CofferClient(new CofferClientOptions
        {
            Address = $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}",
            Tls = new TlsOptions { CaFile = trusted ? ca : null, ServerName = serverName, SkipVerify = skipVerify },
        });

        var sending = client.SendAsync(ApiRequest.Read("a"), TestContext.Current.CancellationToken);

        if (problem is null)
        {
            Assert.Equal("{}", (await sending).Text);
            Assert.Equal(serverName, await serving);
        }
        else
        {
            var error = await Assert.ThrowsAsync<TransportException>(() => sending);
            Assert.Equal(TransportFailure.Certificate, error.Failure);
            Assert.EndsWith(problem, error.Message, StringComparison.Ordinal);
        }

        File.Delete(ca);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=vault.test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("vault.test");
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1));
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null);
    }

    // Answers one request and returns the name the client asked for.
    private static async Task<string> ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var socket = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, TestContext.Current.CancellationToken);
        _ = await tls.ReadAsync(new byte[4096], TestContext.Current.CancellationToken);
        await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8.ToArray(), TestContext.Current.CancellationToken);
        return tls.TargetHostName;
    }
}
