namespace Coffer.Cli.Hooks;

/// <summary>What <c>coffer server</c> was asked for, as typed: files are not read and values not checked against each other here.</summary>
public sealed record ServerCommandOptions
{
    /// <summary>Configuration files and directories in the order given.</summary>
    public IReadOnlyList<string> ConfigPaths { get; init; } = [];

    /// <summary>Dev mode: in memory, initialised, unsealed, plain HTTP. Never for production.</summary>
    public bool Dev { get; init; }

    /// <summary>Dev mode with TLS and a certificate of its own making.</summary>
    public bool DevTls { get; init; }

    /// <summary>Directory for the certificate of <see cref="DevTls"/>; empty for a temporary one.</summary>
    public string DevTlsCertificateDirectory { get; init; } = "";

    /// <summary>Names and addresses that this certificate is for as well.</summary>
    public IReadOnlyList<string> DevTlsNames { get; init; } = [];

    /// <summary>Dev mode's root token; empty for a random one.</summary>
    public string DevRootTokenId { get; init; } = "";

    /// <summary>Address dev mode listens at.</summary>
    public string DevListenAddress { get; init; } = "127.0.0.1:8200";

    /// <summary>Do not write dev mode's root token to the token file.</summary>
    public bool DevNoStoreToken { get; init; }

    /// <summary>Dev mode's <c>secret/</c> is KV version 1.</summary>
    public bool DevKvV1 { get; init; }

    /// <summary>Folder that dev mode's audit files must lie below; empty for the usual one.</summary>
    public string DevAuditDirectory { get; init; } = "";

    /// <summary>Run a local AWS account beside dev mode: its listen address, empty for any free port. Null for none.</summary>
    public string? DevAwsSandbox { get; init; }

    /// <summary>trace, debug, info, warn or error; empty for the configuration's.</summary>
    public string LogLevel { get; init; } = "";

    /// <summary>standard or json; empty for the configuration's.</summary>
    public string LogFormat { get; init; } = "";

    /// <summary>File to log to as well; empty for none.</summary>
    public string LogFile { get; init; } = "";

    /// <summary>Where the token file is, for dev mode.</summary>
    public required string TokenFilePath { get; init; }
}
