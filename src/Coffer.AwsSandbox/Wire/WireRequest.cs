using System.Net;
using Coffer.Aws.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.AwsSandbox.Wire;

/// <summary>One HTTP request, read whole and left as it came.</summary>
internal sealed class WireRequest
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

    public WireRequest WithBody(byte[] body) => new()
    {
        Method = Method,
        RawPath = RawPath,
        RawQuery = RawQuery,
        Headers = Headers,
        Body = body,
        Source = Source,
        IsTls = IsTls,
    };

    /// <summary>The parameters of query and form together; the form wins. Parameters of a presigned URL are left out.</summary>
    public Dictionary<string, string> Parameters()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        Read(RawQuery, found);
        if (Method == "POST" && Header("content-type") is { } type
            && type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            Read(System.Text.Encoding.UTF8.GetString(Body), found);
        }

        return found;
    }

    public static async ValueTask<WireRequest> ReadAsync(HttpContext http)
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

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        return new WireRequest
        {
            Method = http.Request.Method,
            RawPath = mark < 0 ? target : target[..mark],
            RawQuery = mark < 0 ? "" : target[(mark + 1)..],
            Headers = headers,
            Body = body.ToArray(),
            Source = http.Connection.RemoteIpAddress ?? IPAddress.Loopback,
            IsTls = http.Request.IsHttps,
        };
    }

    private static void Read(string text, Dictionary<string, string> found)
    {
        foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            try
            {
                var name = UriText.DecodeText(equals < 0 ? part : part.AsSpan(0, equals));
                if (!name.StartsWith("X-Amz-", StringComparison.Ordinal))
                {
                    found[name] = equals < 0 ? "" : UriText.DecodeText(part.AsSpan(equals + 1));
                }
            }
            catch (FormatException malformed)
            {
                throw new AwsFault(400, "MalformedQueryString", $"The query string contains a syntax error: {malformed.Message}");
            }
        }
    }
}
