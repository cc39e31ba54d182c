using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Outbound;

namespace Coffer.Server.Outbound;

/// <summary>What a mount says of TLS, as the platform takes it.</summary>
internal static class TlsSettings
{
    /// <returns>Null where everything is as usual.</returns>
    /// <exception cref="EngineException">A certificate or key cannot be used.</exception>
    public static SslClientAuthenticationOptions? Of(OutboundSettings settings)
    {
        if (settings is { CaPem: "", CertificatePem: "", ServerName: "", SkipsVerification: false })
        {
            return null;
        }

        var options = new SslClientAuthenticationOptions { CertificateRevocationCheckMode = X509RevocationMode.NoCheck };
        if (settings.ServerName.Length > 0)
        {
            options.TargetHost = settings.ServerName;
        }

        if (settings.CertificatePem.Length > 0)
        {
            options.ClientCertificateContext = ContextOf(settings);
        }

        if (settings.SkipsVerification)
        {
#pragma warning disable CA5359 // An operator has asked for it in so many words; the mount's settings show it.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (settings.CaPem.Length > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(Certificates("the CA certificate", settings.CaPem));
        }

        return options;
    }

    private static SslStreamCertificateContext ContextOf(OutboundSettings settings)
    {
        var chain = Certificates("the client certificate", settings.CertificatePem);
        try
        {
            using var leaf = X509Certificate2.CreateFromPem(settings.CertificatePem, settings.KeyPem);
            chain.RemoveAt(0);

            // Through PKCS #12, since one platform does not present keys that were read from PEM.
            return SslStreamCertificateContext.Create(X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null), chain, offline: true);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new EngineException(FailureClass.Invalid, "the client key is not the private key, in PEM and unencrypted, of the first client certificate", error);
        }
    }

    private static X509Certificate2Collection Certificates(string name, string pem)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new EngineException(FailureClass.Invalid, $"{name} is not in PEM", error);
        }

        return found.Count > 0 ? found : throw new EngineException(FailureClass.Invalid, $"{name} is not in PEM: it holds no certificate");
    }
}
