using System.Globalization;
using System.Net;

namespace Coffer.Cli.General;

/// <summary>What <c>-dev-aws-sandbox</c> takes: nothing for any free port, a port, or a loopback address with one.</summary>
internal static class SandboxPort
{
    /// <summary>False when it is none of these. The sandbox gives rights to all who reach it, so it listens at 127.0.0.1 and nowhere else.</summary>
    /// <param name="port">0 for any free one, else 1 to 65535.</param>
    public static bool TryParse(string text, out int port)
    {
        ArgumentNullException.ThrowIfNull(text);
        port = 0;
        const string Localhost = "localhost:";
        text = text.StartsWith(Localhost, StringComparison.Ordinal) ? text[Localhost.Length..] : text;
        if (text.Length == 0)
        {
            return true;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            return port is >= 0 and <= IPEndPoint.MaxPort;
        }

        var isAddress = IPEndPoint.TryParse(text, out var at) && at.Address.Equals(IPAddress.Loopback) && text.Contains(':', StringComparison.Ordinal);
        port = isAddress ? at!.Port : 0;
        return isAddress;
    }
}
