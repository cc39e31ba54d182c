using System.Collections.Immutable;
using System.Net.Http.Headers;
using Coffer.Server.Files;

namespace Coffer.Server.Configuration;

/// <summary>The file of headers for the collector: one <c>Name: value</c> a line; empty lines and lines that begin with # are passed over.</summary>
internal static class OtlpHeaders
{
    /// <exception cref="IOException">The file cannot be read, or a line is no header; says which, and nothing of what is in it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> Read(string path)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        using var probe = new HttpRequestMessage();
        var number = 0;
        foreach (var line in BoundedFile.ReadText(path).Split('\n'))
        {
            number++;
            var text = line.Trim(' ', '\t', '\r');
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !TryAdd(probe.Headers, text[..colon].Trim(), text[(colon + 1)..].Trim()))
            {
                throw new IOException($"line {number} is no header; write one a line, such as Authorization: Bearer TOKEN");
            }

            // Anything else could not be sent, or would be sent as another value.
            if (text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw new IOException($"line {number} has a character that no header carries; write visible ASCII characters and spaces alone");
            }

            headers.Add(new(text[..colon].Trim(), text[(colon + 1)..].Trim()));
        }

        return headers.ToImmutable();
    }

    private static bool TryAdd(HttpRequestHeaders headers, string name, string value)
    {
        try
        {
            return value.Length > 0 && headers.TryAddWithoutValidation(name, value);
        }
        catch (FormatException)
        {
            // A name with a letter that no header's name may have.
            return false;
        }
    }
}
