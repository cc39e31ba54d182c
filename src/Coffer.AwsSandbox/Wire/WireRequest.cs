using System.Net;
using Coffer.Aws.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.AwsSandbox.Wire;

/// <summary>One HTTP request, read whole and left as it came.</summary>
internal sealed record WireRequest
{
    public required string Method { get; init; }

    public required string RawPath { get; init; }

    public required string RawQuery { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public required byte[] Body { get; init; }

    public required IPAddress Source { get; init; }

    public required bool IsTls { get; init; }

    public string? Header(string name)
    {
        foreach (var header in Headers)
        {
            if (string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }

    /// <summary>The parameters of the query in their order, decoded; a name may occur more than once.</summary>
    public IEnumerable<KeyValuePair<string, string>> Query() => Pairs(RawQuery);

    /// <summary>The parameters of query and form together; the form wins. Parameters of a presigned URL are left out.</summary>
    public Dictionary<string, string> Parameters()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var form = Method == "POST" && Header("content-type") is { } type
            && type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
        foreach (var (name, value) in form ? Query().Concat(Pairs(System.Text.Encoding.UTF8.GetString(Body))) : Query())
        {
            if (!name.StartsWith("X-Amz-", StringComparison.Ordinal))
            {
                found[name] = value;
            }
        }

        return found;
    }

    public static async ValueTask<WireRequest> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        return WithoutBody(http) with { Body = body.ToArray() };
    }

    /// <summary>All but the body, which is left unread.</summary>
    public static WireRequest WithoutBody(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var headers = new List<KeyValuePair<string, string>>(http.Request.Headers.Count);
        foreach (var header in http.Request.Headers)
        {
            foreach (var value in header.Value)
            {
                headers.Add(new(header.Key, value ?? ""));
            }
        }

        return new WireRequest
        {
            Method = http.Request.Method,
            RawPath = mark < 0 ? target : target[..mark],
            RawQuery = mark < 0 ? "" : target[(mark + 1)..],
            Headers = headers,
            Body = [],
            Source = http.Connection.RemoteIpAddress ?? IPAddress.Loopback,
            IsTls = http.Request.IsHttps,
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string text)
    {
        foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            yield return new(Decoded(equals < 0 ? part : part[..equals]), equals < 0 ? "" : Decoded(part[(equals + 1)..]));
        }
    }

    private static string Decoded(string text)
    {
        try
        {
            return UriText.DecodeText(text);
        }
        catch (FormatException malformed)
        {
            throw new AwsFault(400, "MalformedQueryString", $"The query string contains a syntax error: {malformed.Message}");
        }
    }
}
