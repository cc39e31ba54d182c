namespace Coffer.Client;

/// <summary>How the server's certificate is checked and which one the client shows. Files are PEM.</summary>
public sealed record TlsOptions
{
    /// <summary>File of certificates to trust instead of the system's. Wins over <see cref="CaDirectory"/>.</summary>
    public string? CaFile { get; init; }

    /// <summary>Directory of certificate files to trust instead of the system's.</summary>
    public string? CaDirectory { get; init; }

    /// <summary>The client's certificate, with its chain. Needs <see cref="ClientKeyFile"/>.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>The private key of <see cref="ClientCertificateFile"/>.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>The name to ask for (SNI) and to expect in the certificate. Default: the address's host.</summary>
    public string? ServerName { get; init; }

    /// <summary>Accept any certificate. Anybody on the way can then read and change everything. Default false.</summary>
    public bool SkipVerify { get; init; }
}
