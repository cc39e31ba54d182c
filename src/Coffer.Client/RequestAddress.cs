using System.Text;

namespace Coffer.Client;

/// <summary>Makes the address of a request. What is sent is, to the byte, the path the caller gave, with only the needed escapes.</summary>
internal static class RequestAddress
{
    private const string UnescapedInPath = "-_.~$&+,/:;=@";

    /// <summary>The absolute address; throws <see cref="ArgumentException"/> for a path that a URL cannot carry unchanged.</summary>
    public static Uri Of(Uri server, ApiRequest request)
    {
        var path = request.Path.TrimStart('/');
        foreach (var segment in path.Split('/'))
        {
            if (segment is "." or "..")
            {
                throw new ArgumentException($"the path \"{request.Path}\" holds a \"{segment}\" segment; write the path out in full");
            }
        }

        var text = new StringBuilder();
        text.Append(server.Scheme == "unix" ? "http://localhost" : server.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        if (server.Scheme != "unix")
        {
            text.Append(server.AbsolutePath.TrimEnd('/'));
        }

        text.Append("/v1/");
        Escape(text, path);
        var separator = '?';
        foreach (var (name, value) in request.Query)
        {
            text.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        // Left to itself, Uri would fold "%2e%2e/" and the like: authorised and executed path must be the same one.
        return new Uri(text.ToString(), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    private static void Escape(StringBuilder text, string path)
    {
        foreach (var octet in Encoding.UTF8.GetBytes(path))
        {
            var letter = (char)octet;
            if (char.IsAsciiLetterOrDigit(letter) || UnescapedInPath.Contains(letter, StringComparison.Ordinal))
            {
                text.Append(letter);
            }
            else
            {
                text.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }
    }
}
