using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.Cli.Tests.Processes;

public class HangUpTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hang_up_reads_certificates_again_and_opens_log_and_audit_files_anew()
    {
        await using var server = new ServerProcess { HasTls = true };
        var first = MakeCertificate(server, "one");
        await server.StartAsync();
        await server.InitializeAsync();
        (await server.SendAsync(HttpMethod.Put, "sys/audit/file", $$$"""{"type":"file","options":{"file_path":"{{{server.File("audit.log")}}}"}}""")).Is(204);
        Assert.Equal(first, server.Thumbprint);

        var second = MakeCertificate(server, "two");
        File.Move(server.File("server.log"), server.File("server.old"));
        File.Move(server.File("audit.log"), server.File("audit.old"));
        await server.SignalAsync("HUP");
        while (!File.Exists(server.File("server.log")) || !(await File.ReadAllTextAsync(server.File("server.log"), Cancel)).Contains("files were opened again", StringComparison.Ordinal))
        {
            await Task.Delay(20, Cancel);
        }

        (await server.SendAsync(HttpMethod.Get, "sys/mounts")).Is(200);
        Assert.Equal(second, server.Thumbprint);
        Assert.Contains("\"path\":\"sys/mounts\"", await File.ReadAllTextAsync(server.File("audit.log"), Cancel), StringComparison.Ordinal);
        Assert.DoesNotContain("\"path\":\"sys/mounts\"", await File.ReadAllTextAsync(server.File("audit.old"), Cancel), StringComparison.Ordinal);
        Assert.DoesNotContain("files were opened again", await File.ReadAllTextAsync(server.File("server.old"), Cancel), StringComparison.Ordinal);
        await server.StopAsync();
    }

    /// <summary>Writes a new certificate and its key over those that are there.</summary>
    private static string MakeCertificate(ServerProcess server, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        File.WriteAllText(server.File("tls.crt"), made.ExportCertificatePem());
        File.WriteAllText(server.File("tls.key"), key.ExportPkcs8PrivateKeyPem());
        return made.Thumbprint;
    }
}
