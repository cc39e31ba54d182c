using System.Net;
using Coffer.Kernel.Logging;
using Coffer.Server.Configuration;

namespace Coffer.Server;

/// <summary>A development server: in memory, unsealed, on one address, over plain HTTP unless TLS is asked for.</summary>
/// <param name="Address">Where to listen.</param>
/// <param name="RootToken">The root token's text; empty for a random one.</param>
/// <param name="KvVersion1"><c>secret/</c> is kv version 1 instead of 2.</param>
/// <param name="TokenFile">Where to leave the root token for the command line; null for nowhere.</param>
public sealed record DevServerOptions(IPEndPoint Address, string RootToken, bool KvVersion1, string? TokenFile)
{
    /// <summary>Null for plain HTTP.</summary>
    public DevTlsOptions? Tls { get; init; }

    /// <summary>Folder that audit files made through the API must lie below. Default: <c>coffer-audit</c> in the machine's temporary folder.</summary>
    public string AuditFolder { get; init; } = Path.Combine(Path.GetTempPath(), "coffer-audit");

    /// <summary>More lines for the table that is printed at the start, such as the address of what runs beside the server.</summary>
    public IReadOnlyList<(string Name, string Value)> Notes { get; init; } = [];

    /// <summary>The time that the server lives by. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>As <see cref="ServerOptions.LogLevels"/>.</summary>
    public LogLevels? LogLevels { get; init; }
}

/// <summary>TLS of a development server, with a certificate of its own making.</summary>
/// <param name="Folder">Where certificate and key are left; empty: in a temporary folder that goes with the server.</param>
/// <param name="Names">Host names and addresses that the certificate is for, beyond those of this machine.</param>
public sealed record DevTlsOptions(string Folder, IReadOnlyList<string> Names);
