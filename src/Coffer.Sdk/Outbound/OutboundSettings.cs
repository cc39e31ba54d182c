using System.Text;

namespace Coffer.Sdk.Outbound;

/// <summary>How a mount connects to an outside system.</summary>
public sealed record OutboundSettings
{
    /// <summary>The system's certificate authorities, no client certificate, 30 seconds.</summary>
    public static OutboundSettings Usual { get; } = new();

    /// <summary>Certificates in PEM that are trusted instead of the system's; empty for the system's.</summary>
    public string CaPem { get; init; } = "";

    /// <summary>The certificate in PEM, with its chain, that is shown to the other side; empty for none.</summary>
    public string CertificatePem { get; init; } = "";

    /// <summary>The private key in PEM of <see cref="CertificatePem"/>.</summary>
    public string KeyPem { get; init; } = "";

    /// <summary>The name that the other side's certificate must be for, instead of the host's; empty for the host's.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Takes any certificate. Only where an operator has asked for it in so many words.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>How long one HTTP request may take, its answer included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Shows no key.</summary>
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(nameof(ServerName)).Append(" = ").Append(ServerName).Append(", ").Append(nameof(Timeout)).Append(" = ").Append(Timeout);
        return true;
    }
}
