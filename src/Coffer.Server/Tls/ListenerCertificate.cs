using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Server.Files;

namespace Coffer.Server.Tls;

/// <summary>A listener's certificate as it is on the disk now, or as it stood when it could last be read.</summary>
internal sealed class ListenerCertificate
{
    private readonly ListenerTlsOptions _options;
    private volatile SslServerAuthenticationOptions _current;

    /// <exception cref="IOException">A file cannot be read, or is not what it should be.</exception>
    public ListenerCertificate(ListenerTlsOptions options)
    {
        _options = options;
        _current = Read(options);
    }

    /// <summary>For the next handshake; those under way keep theirs.</summary>
    public SslServerAuthenticationOptions Current => _current;

    /// <summary>What keeps these files from being used, for a person to put right; null when they are well.</summary>
    public static string? ProblemOf(ListenerTlsOptions options)
    {
        try
        {
            Read(options);
            return null;
        }
        catch (IOException error)
        {
            return error.Message;
        }
    }

    /// <summary>Reads the files again. When they cannot be used, what was read before stays in force.</summary>
    /// <returns>Why they cannot be used; null when they can.</returns>
    public string? Reload()
    {
        try
        {
            _current = Read(_options);
            return null;
        }
        catch (IOException error)
        {
            return error.Message;
        }
    }

    private static SslServerAuthenticationOptions Read(ListenerTlsOptions options)
    {
        var certificates = Certificates("tls_cert_file", options.CertificateFile);
        var served = WithKey(certificates[0], options.KeyFile);
        certificates.RemoveAt(0);
        var made = new SslServerAuthenticationOptions
        {
            // Offline: no intermediate certificate is fetched from elsewhere in the middle of a handshake.
            ServerCertificateContext = SslStreamCertificateContext.Create(served, certificates, offline: true),
            EnabledSslProtocols = options.Versions,
            ApplicationProtocols = options.Http2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11],
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowRenegotiation = false,
        };
        if (options.ClientCaFile.Length == 0 && options.IgnoresClientCertificates)
        {
            return made;
        }

        // Without authorities of its own a listener takes any certificate: who vouches for it is for the auth method to judge.
        var authorities = options.ClientCaFile.Length > 0 ? Certificates("tls_client_ca_file", options.ClientCaFile) : null;
        made.ClientCertificateRequired = true;
        made.RemoteCertificateValidationCallback = (stream, certificate, chain, _) =>
        {
            if (certificate is not X509Certificate2 client)
            {
                return !options.ClientCertificateRequired;
            }

            if (authorities is not null && !IsVouchedFor(client, authorities))
            {
                return false;
            }

            ClientCertificates.Note(stream, client, chain);
            return true;
        };
        return made;
    }

    private static bool IsVouchedFor(X509Certificate2 client, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2", "TLS client authentication"));
        return chain.Build(client);
    }

    private static X509Certificate2Collection Certificates(string key, string file)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(BoundedFile.ReadText(file));
        }
        catch (CryptographicException error)
        {
            throw new IOException($"{key} names a file that is not a PEM file of certificates: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{key} names a file that cannot be read: {error.Message}", error);
        }

        return found.Count > 0 ? found : throw new IOException($"{key} names a file that holds no certificate in PEM");
    }

    private static X509Certificate2 WithKey(X509Certificate2 certificate, string file)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), BoundedFile.ReadText(file));
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new IOException("tls_key_file names a file that is not the private key, in PEM and unencrypted, of the first certificate in tls_cert_file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"tls_key_file names a file that cannot be read: {error.Message}", error);
        }
    }
}
