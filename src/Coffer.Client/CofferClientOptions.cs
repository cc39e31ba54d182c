using Coffer.Outbound;

namespace Coffer.Client;

/// <summary>Where the server is and how to talk to it.</summary>
public sealed record CofferClientOptions
{
    /// <summary>
    /// <c>https://host:port</c>, <c>http://host:port</c>, either with a path that all requests begin with, or <c>unix:///path/to/socket</c>. A user
    /// and a password in it are sent as basic authentication. Default https://127.0.0.1:8200.
    /// </summary>
    public string Address { get; init; } = "https://127.0.0.1:8200";

    /// <summary><see cref="Address"/> without user and password, for messages.</summary>
    public string ShownAddress => ServerAddress.Shown(Address);

    /// <summary>The token sent with each request; empty for none.</summary>
    public string Token { get; init; } = "";

    /// <summary>The namespace all paths are relative to; empty or <c>root</c> for the root.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Ask for each reply to be wrapped in a token that lives this long (such as <c>60s</c>); empty for no wrapping.</summary>
    public string WrapTtl { get; init; } = "";

    /// <summary>Credentials for multi-factor checks, each sent as one <c>X-Vault-MFA</c> header.</summary>
    public IReadOnlyList<string> Mfa { get; init; } = [];

    /// <summary>Further headers. Names beginning with <c>X-Vault-</c> are the client's own and refused.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Limit for one request with its retries. Default 60 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a request is repeated after a 5xx (not 501), a 412 or a refused connection. Default 2; 0 for never.</summary>
    public int MaxRetries { get; init; } = 2;

    /// <summary>Do not follow the one redirect a standby may answer with. Default false.</summary>
    public bool RedirectsDisabled { get; init; }

    /// <summary>
    /// The proxy for all requests, with a user and a password where it wants them, such as <c>http://USER:PASSWORD@HOST:3128</c>. Empty, the default:
    /// the environment's, which loopback addresses go past.
    /// </summary>
    public string ProxyAddress { get; init; } = "";

    /// <summary>Looks an environment variable up, for proxies. Default: the process's own environment.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>TLS settings; of no effect for http and unix addresses.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>The clock that retries wait by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Everything wrong with these values, each line naming what to change. Empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (!Uri.TryCreate(Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https" or "unix"))
        {
            yield return $"the address \"{ShownAddress}\" must be http://HOST:PORT, https://HOST:PORT or unix:///PATH";
        }
        else if (address.Scheme == "unix" && (address.Host.Length > 0 || address.LocalPath.Trim('/').Length == 0))
        {
            yield return $"the address \"{ShownAddress}\" must be unix:///PATH: the socket's path in full, behind three slashes";
        }

        if (ProxyProblem() is { } proxy)
        {
            yield return proxy;
        }

        if (Timeout <= TimeSpan.Zero)
        {
            yield return "the client timeout must be positive";
        }

        if (WrapTtl.StartsWith('-'))
        {
            yield return "the wrapping time cannot be less than zero";
        }

        if (MaxRetries < 0)
        {
            yield return "the number of retries cannot be negative";
        }

        if (string.IsNullOrEmpty(Tls.ClientCertificateFile) != string.IsNullOrEmpty(Tls.ClientKeyFile))
        {
            yield return "both client cert and client key must be provided";
        }

        foreach (var header in Headers)
        {
            if (header.Key.StartsWith("X-Vault-", StringComparison.OrdinalIgnoreCase))
            {
                yield return $"the header {header.Key} is the client's own: headers beginning with 'X-Vault-' cannot be set";
            }
        }
    }

    private string? ProxyProblem()
    {
        try
        {
            _ = ProxyAddress.Length > 0 ? (object?)Outbound.ProxyAddress.Parse(ProxyAddress, Connector.ProxyOption) : EnvironmentProxy.From(Environment);
            return null;
        }
        catch (ProxyException error)
        {
            return error.Message;
        }
    }
}
