using System.Globalization;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Terminal;
using Coffer.Client;
using Coffer.Text;

namespace Coffer.Cli.Settings;

/// <summary>Makes the client's options: flags first, then the environment, then the defaults.</summary>
internal static class ClientSettings
{
    public static CofferClientOptions From(ClientFlags flags, EnvironmentSettings environment, ICliConsole console, string token) => new()
    {
        Address = Address(flags),
        Token = Checked(token),
        Namespace = flags.Namespace.Value,
        // Headers are ASCII, so microseconds are spelt the other way.
        WrapTtl = flags.WrapTtl.Value > TimeSpan.Zero ? GoDuration.Format(flags.WrapTtl.Value).Replace('µ', 'u') : "",
        Mfa = [.. flags.Mfa.Values.Select(value => value.Trim())],
        Headers = flags.Header.Values,
        Timeout = Timeout(environment),
        MaxRetries = Retries(environment),
        ProxyAddress = environment.Read("PROXY_ADDR") ?? environment.Read("HTTP_PROXY") ?? "",
        Environment = console.Variable,
        RedirectsDisabled = flags.DisableRedirects.Value,
        Clock = console.Clock,
        Tls = new TlsOptions
        {
            CaFile = flags.CaCert.Value,
            CaDirectory = flags.CaPath.Value,
            ClientCertificateFile = flags.ClientCert.Value,
            ClientKeyFile = flags.ClientKey.Value,
            ServerName = flags.TlsServerName.Value,
            SkipVerify = flags.TlsSkipVerify.Value,
        },
    };

    /// <summary>The server's address, or that of the agent in front of it.</summary>
    public static string Address(ClientFlags flags) =>
        flags.AgentAddress.Value.Length > 0 && (flags.AgentAddress.IsSet || !flags.Address.IsSet) ? flags.AgentAddress.Value : flags.Address.Value;

    private static string Checked(string token)
    {
        foreach (var letter in token)
        {
            if (letter is <= ' ' or > '~')
            {
                throw CliException.Remote("configured Vault token contains non-printable characters and cannot be used");
            }
        }

        return token;
    }

    private static TimeSpan Timeout(EnvironmentSettings environment)
    {
        var text = environment.Read("CLIENT_TIMEOUT");
        if (text is null)
        {
            return TimeSpan.FromSeconds(60);
        }

        return GoDuration.TryParse(text, out var timeout) && timeout > TimeSpan.Zero
            ? timeout
            : throw CliException.Remote($"{environment.NameOf("CLIENT_TIMEOUT")}={text} is no timeout; write 90s, 5m or seconds");
    }

    // Like Vault's: a person at a terminal repeats a command faster than they wait for it, so retries have to be asked for.
    private static int Retries(EnvironmentSettings environment)
    {
        var text = environment.Read("MAX_RETRIES");
        if (text is null)
        {
            return 0;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw CliException.Remote($"{environment.NameOf("MAX_RETRIES")}={text} is no number of retries");
    }
}
