using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Sdk.Primitives;

namespace Coffer.Server.Tls;

/// <summary>A certificate for a development server, and the authority that signs it, made at each start.</summary>
/// <remarks>The authority's key is thrown away at once, so it vouches for nothing else.</remarks>
internal static class DevCertificate
{
    private const string AuthorityFile = "vault-ca.pem";
    private const string CertificateFile = "vault-cert.pem";
    private const string KeyFile = "vault-key.pem";

    private static readonly TimeSpan Age = TimeSpan.FromHours(1);
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);

    /// <summary>Writes authority, certificate and key into a folder.</summary>
    /// <param name="names">Host names and addresses beyond those of this machine.</param>
    /// <returns>The authority's file, for clients, and the options of the listener.</returns>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static (string Authority, ListenerTlsOptions Tls) Make(string folder, IPAddress address, IReadOnlyList<string> names, TimeProvider clock, IRandom random)
    {
        Directory.CreateDirectory(folder);
        var from = clock.GetUtcNow() - Age;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority(authorityKey, from);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "TLS server authentication")], critical: false));
        request.CertificateExtensions.Add(Names(address, names));
        var serial = new byte[16];
        random.Fill(serial);
        serial[0] &= 0x7F;
        using var certificate = request.Create(authority, from, from + Life, serial);

        var tls = new ListenerTlsOptions { CertificateFile = Path.Combine(folder, CertificateFile), KeyFile = Path.Combine(folder, KeyFile) };
        var authorityFile = Path.Combine(folder, AuthorityFile);
        Write(authorityFile, authority.ExportCertificatePem());
        Write(tls.CertificateFile, certificate.ExportCertificatePem());
        Write(tls.KeyFile, key.ExportPkcs8PrivateKeyPem());
        return (authorityFile, tls);
    }

    private static X509Certificate2 Authority(ECDsa key, DateTimeOffset from)
    {
        var request = new CertificateRequest("CN=Coffer dev mode authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(from, from + Life);
    }

    private static X509Extension Names(IPAddress address, IReadOnlyList<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Prepend(address.ToString()).Prepend(Dns.GetHostName()).Prepend("::1").Prepend("127.0.0.1").Prepend("localhost").Distinct(StringComparer.Ordinal))
        {
            if (IPAddress.TryParse(name, out var ip))
            {
                builder.AddIpAddress(ip);
            }
            else if (Uri.CheckHostName(name) == UriHostNameType.Dns)
            {
                builder.AddDnsName(name);
            }
            else
            {
                throw new IOException("each -dev-tls-san must be a host name or an IP address");
            }
        }

        return builder.Build();
    }

    private static void Write(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(file, options) { NewLine = "\n" };
        writer.WriteLine(text);
    }
}
