using System.Text;
using Coffer.Client;

namespace Coffer.Cli.Output;

/// <summary>A request as a curl command. The token is not in it: the shell fetches it when the command runs.</summary>
internal static class CurlText
{
    public static string Of(CofferClient client, ApiRequest request, string program)
    {
        var text = new StringBuilder("curl ");
        var tls = client.Options.Tls;
        text.Append(tls.SkipVerify ? "--insecure " : "");
        if (request.Method != HttpMethod.Get)
        {
            text.Append("-X ").Append(request.Method.Method).Append(' ');
        }

        Option(text, "--cacert", tls.CaFile);
        Option(text, "--capath", tls.CaDirectory);
        Option(text, "--cert", tls.ClientCertificateFile);
        Option(text, "--key", tls.ClientKeyFile);
        if (client.Options.Address.StartsWith("unix://", StringComparison.Ordinal))
        {
            Option(text, "--unix-socket", client.Options.Address["unix://".Length..]);
        }

        if (Uri.TryCreate(client.Options.Address, UriKind.Absolute, out var server) && server.UserInfo.Length > 0)
        {
            // curl asks for the password.
            Option(text, "--user", Uri.UnescapeDataString(server.UserInfo.Split(':')[0]));
        }

        foreach (var (name, value) in client.HeadersOf(request))
        {
            var shown = name == "X-Vault-Token" ? $"$({program} print token)" : ForDoubleQuotes(value);
            text.Append("-H \"").Append(name).Append(": ").Append(shown).Append("\" ");
        }

        if (request.ContentType != "application/json")
        {
            text.Append("-H \"Content-Type: ").Append(request.ContentType).Append("\" ");
        }

        if (request.Body is not null)
        {
            text.Append("-d ").Append(SingleQuoted(Encoding.UTF8.GetString(CofferClient.BodyOf(request)))).Append(' ');
        }

        var address = client.AddressOf(request).OriginalString;
        var bare = address.All(letter => char.IsAsciiLetterOrDigit(letter) || ":/._-%+=@,".Contains(letter, StringComparison.Ordinal));
        return text.Append(bare ? address : SingleQuoted(address)).ToString();
    }

    private static void Option(StringBuilder text, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            text.Append(name).Append(' ').Append(SingleQuoted(value)).Append(' ');
        }
    }

    private static string SingleQuoted(string value) => $"'{value.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'";

    private static string ForDoubleQuotes(string value)
    {
        var text = new StringBuilder();
        foreach (var letter in value)
        {
            text.Append(letter is '"' or '\\' or '$' or '`' ? "\\" : "").Append(letter);
        }

        return text.ToString();
    }
}
