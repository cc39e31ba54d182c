using Coffer.Cli.Flags;

namespace Coffer.Cli.Settings;

/// <summary>Which output flags a command has beside <c>-format</c>.</summary>
[Flags]
internal enum Shows
{
    Format = 0,
    Field = 1,
    Detailed = 2,

    /// <summary><c>-format=raw</c> is allowed.</summary>
    Raw = 4,
}

/// <summary>The flags that every command which talks to a server has.</summary>
internal sealed class ClientFlags
{
    private const string Http = "HTTP Options";
    private const string OutputGroup = "Output Options";

    public ClientFlags(FlagTable flags, Shows shows)
    {
        Shows = shows;
        Address = flags.Add(Http, new TextFlag("address", "Address of the server: https://HOST:PORT, http://HOST:PORT or unix:///PATH.", "https://127.0.0.1:8200") { Variable = "ADDR" });
        AgentAddress = flags.Add(Http, new TextFlag("agent-address", "Address of an agent to send requests through, in place of -address. Coffer has none of its own.") { Variable = "AGENT_ADDR" });
        CaCert = flags.Add(Http, new TextFlag("ca-cert", "PEM file of the certificate authority that signed the server's certificate. Goes before -ca-path.") { Variable = "CACERT" });
        CaPath = flags.Add(Http, new TextFlag("ca-path", "Directory of PEM files of certificate authorities.") { Variable = "CAPATH" });
        ClientCert = flags.Add(Http, new TextFlag("client-cert", "PEM file of the certificate to show to the server. Needs -client-key.") { Variable = "CLIENT_CERT" });
        ClientKey = flags.Add(Http, new TextFlag("client-key", "PEM file of the private key for -client-cert.") { Variable = "CLIENT_KEY" });
        DisableRedirects = flags.Add(Http, new SwitchFlag("disable-redirects", "Do not follow the one redirect that a standby of Vault may answer with. A Coffer server sends none.") { Variable = "DISABLE_REDIRECTS" });
        Header = flags.Add(Http, new TextMapFlag("header", "A further HTTP header. Names beginning with X-Vault- are refused. May be given many times."));
        Mfa = flags.Add(Http, new TextListFlag("mfa", "Credentials for multi-factor checks, sent as X-Vault-MFA. May be given many times. A Coffer server makes no such checks.") { Variable = "MFA" });
        Namespace = flags.Add(Http, new TextFlag("namespace", "Namespace that paths are relative to. A Coffer server has none.") { Variable = "NAMESPACE", Aliases = ["ns"] });
        NonInteractive = flags.Add(Http, new SwitchFlag("non-interactive", "Never ask on the terminal or read standard input."));
        OutputCurl = flags.Add(Http, new SwitchFlag("output-curl-string", "Send nothing; print the curl command that would do it."));
        TlsServerName = flags.Add(Http, new TextFlag("tls-server-name", "Name to ask for and to expect in the server's certificate.") { Variable = "TLS_SERVER_NAME" });
        TlsSkipVerify = flags.Add(Http, new SwitchFlag("tls-skip-verify", "Accept any certificate. Anyone who sits in between can then read everything.") { Variable = "SKIP_VERIFY" });
        WrapTtl = flags.Add(Http, new DurationFlag("wrap-ttl", "Wrap the reply in a single-use token that lives this long; open it with \"unwrap\".") { Variable = "WRAP_TTL" });
        Format = flags.Add(OutputGroup, new TextFlag("format", "How to print: table, json, yaml or pretty" + (shows.HasFlag(Shows.Raw) ? "; raw for the body as it came." : "."), "table") { Variable = "FORMAT" });
        if (shows.HasFlag(Shows.Field))
        {
            Field = flags.Add(OutputGroup, new TextFlag("field", "Print this field alone; without a newline when the output is no terminal."));
        }

        if (shows.HasFlag(Shows.Detailed))
        {
            Detailed = flags.Add(OutputGroup, new SwitchFlag("detailed", "Print all that is known about each entry.") { Variable = "DETAILED" });
        }
    }

    public Shows Shows { get; }

    public TextFlag Address { get; }

    public TextFlag AgentAddress { get; }

    public TextFlag CaCert { get; }

    public TextFlag CaPath { get; }

    public TextFlag ClientCert { get; }

    public TextFlag ClientKey { get; }

    public SwitchFlag DisableRedirects { get; }

    public TextMapFlag Header { get; }

    public TextListFlag Mfa { get; }

    public TextFlag Namespace { get; }

    public SwitchFlag NonInteractive { get; }

    public SwitchFlag OutputCurl { get; }

    public TextFlag TlsServerName { get; }

    public SwitchFlag TlsSkipVerify { get; }

    public DurationFlag WrapTtl { get; }

    public TextFlag Format { get; }

    public TextFlag? Field { get; }

    public SwitchFlag? Detailed { get; }
}
