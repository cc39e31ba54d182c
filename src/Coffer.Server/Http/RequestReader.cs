using System.Collections.Immutable;
using System.Net;
using Coffer.Kernel;
using Coffer.Kernel.Headers;
using Coffer.Kernel.Hosting;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Server.Configuration;
using Coffer.Server.Http.Bodies;
using Coffer.Server.Tls;
using Coffer.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.Server.Http;

/// <summary>Turns an HTTP request into the kernel's: method, path, headers and size are judged before the body is parsed.</summary>
internal sealed class RequestReader(IRandom random, ListenerOptions listener, BodyBudget budget, ServerKernel kernel)
{
    private const string Prefix = "/v1/";

    /// <summary>Where Kestrel puts a Content-Length that a Transfer-Encoding overrides. Two lengths are how one request is smuggled inside another.</summary>
    private const string SuppressedLength = "X-Content-Length";

    public async ValueTask<ReadRequest> ReadAsync(IFeatureCollection context, CancellationToken cancellation)
    {
        var http = context.GetRequiredFeature<IHttpRequestFeature>();
        var target = PathOf(http.RawTarget);
        var query = target.IndexOf('?');
        var rawPath = query < 0 ? target : target[..query];
        if (!rawPath.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return ReadRequest.Refused(ErrorKind.NotFound, $"not found: the API begins with {Prefix}");
        }

        if (!CanonicalPath.TryParse(rawPath[Prefix.Length..], out var path, out var problem))
        {
            return ReadRequest.Refused(ErrorKind.Invalid, problem);
        }

        if (!QueryText.TryParse(query < 0 ? "" : target[(query + 1)..].ToString(), out var parameters, out var queryProblem))
        {
            return ReadRequest.Refused(ErrorKind.Invalid, queryProblem);
        }

        var help = parameters.TryGetValue("help", out var asked) && asked[0].Length > 0;
        if ((help ? Operation.Read : MethodOf(http.Method, path, parameters)) is not { } operation)
        {
            return ReadRequest.Refused(ErrorKind.Unsupported, "1 error occurred:\n\t* unsupported operation\n\n");
        }

        if (HeaderProblem(http.Headers, operation, out var wrapTtl) is { } refused)
        {
            return refused;
        }

        var connection = context.Get<IHttpConnectionFeature>();
        var remote = connection?.RemoteIpAddress;
        if (listener.ForwardedFor is { } forwarded && ForwardedFor.Resolve(forwarded, http.Headers, remote, out remote) is { } notForwarded)
        {
            return ReadRequest.Refused(ErrorKind.Invalid, notForwarded);
        }

        var request = new ApiRequest
        {
            Id = random.Uuid(),
            Path = path,
            Operation = operation,
            Help = help,
            Token = TokenOf(http.Headers),
            WrapTtl = wrapTtl,
            RemoteAddress = remote is { } address ? Text(address) : "",
            RemotePort = connection?.RemotePort ?? 0,
            Headers = PassableHeaders(http.Headers),
            UsualHeaders = new UsualHeaders(http.Headers),
            ClientCertificates = ClientCertificates.Of(context),
            OpenMetrics = listener.OpenMetrics,
        };
        return operation is Operation.Update or Operation.Patch
            ? await WithBodyAsync(request, context, http, cancellation)
            : WithQuery(request, parameters);
    }

    /// <summary>
    /// Path and query of a target. A whole address is as good as those alone (RFC 9112, section 3.2.2); that its host is the one of the Host header,
    /// Kestrel has seen to.
    /// </summary>
    private static ReadOnlySpan<char> PathOf(string target)
    {
        var text = target.AsSpan();
        var scheme = text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http://".Length
            : text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https://".Length
            : 0;
        if (scheme == 0)
        {
            return text;
        }

        var path = text[scheme..].IndexOfAny('/', '?');
        return path < 0 ? "/" : text[(scheme + path)..];
    }

    private static ReadRequest WithQuery(ApiRequest request, Dictionary<string, List<string>> parameters)
    {
        if (parameters.Count == 0)
        {
            return new ReadRequest(request, null, null);
        }

        var document = QueryText.ToJson(parameters);
        return new ReadRequest(request with { Data = document.RootElement }, null, document);
    }

    private async ValueTask<ReadRequest> WithBodyAsync(ApiRequest request, IFeatureCollection context, IHttpRequestFeature http, CancellationToken cancellation)
    {
        var ticket = new BodyTicket(budget);
        try
        {
            var body = new BodyReader(ticket, listener.RequestBytesMax, cancel => kernel.Requests.SenderOfAsync(request, cancel));
            var pipe = context.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
            var outcome = await body.ReadAsync(pipe, http.Headers.ContentLength, cancellation);
            return await WithinValuesAsync(request, outcome, cancellation) switch
            {
                BodyOutcome.Taken taken => await ParseAsync(request, taken.Bytes, http.Headers, cancellation) with { Ticket = ticket },
                BodyOutcome.TooLarge { ForStrangers: true, BytesMax: var most } =>
                    Refuse(ticket, ErrorKind.TooLarge, $"the request body is larger than {most} bytes, the most that is taken in without a valid token; send less, or send a token"),
                BodyOutcome.TooLarge { BytesMax: var most } =>
                    Refuse(ticket, ErrorKind.TooLarge, $"the request body is larger than {most} bytes; send less, or raise max_request_size of the listener"),

                BodyOutcome.TooMany => Refuse(
                    ticket,
                    ErrorKind.TooLarge,
                    $"the request body holds more than {BodyLimits.StrangerValuesMax} values, the most that are taken in without a valid token; send fewer, or send a token"),

                // Without its token it is refused, and recorded, like any request without one: it must never run without its body.
                BodyOutcome.Withheld => new ReadRequest(request with { Token = "" }, null, null) { Ticket = ticket },
                _ => Refuse(ticket, ErrorKind.Unavailable, "the server is taking in as many bytes of request bodies as it may; try again"),
            };
        }
        catch
        {
            ticket.Dispose();
            throw;
        }
    }

    /// <summary>A small body may hold many values. One that does is parsed only after a look at who sends it.</summary>
    private async ValueTask<BodyOutcome> WithinValuesAsync(ApiRequest request, BodyOutcome outcome, CancellationToken cancellation)
    {
        if (outcome is not BodyOutcome.Taken taken || !BodyText.HoldsMoreThan(taken.Bytes.Span, BodyLimits.StrangerValuesMax))
        {
            return outcome;
        }

        return await kernel.Requests.SenderOfAsync(request, cancellation) switch
        {
            BodySender.TokenHolder => outcome,
            BodySender.Refused => new BodyOutcome.Withheld(),
            _ => new BodyOutcome.TooMany(),
        };
    }

    private static ReadRequest Refuse(BodyTicket ticket, ErrorKind kind, string message) => ReadRequest.Refused(kind, message) with { Ticket = ticket };

    private async ValueTask<ReadRequest> ParseAsync(ApiRequest request, ReadOnlyMemory<byte> bytes, IHeaderDictionary headers, CancellationToken cancellation)
    {
        if (bytes.IsEmpty)
        {
            return new ReadRequest(request, null, null);
        }

        if (BodyText.OtherType(headers.ContentType) is { } type && await kernel.Requests.TakesRawAsync(request with { ContentType = type }, cancellation))
        {
            var shown = BodyText.Show(type, bytes.Span);
            return new ReadRequest(request with { Data = shown.RootElement, Body = bytes, ContentType = type }, null, shown);
        }

        if (BodyText.IsForm(bytes.Span, headers.ContentType))
        {
            return BodyText.TryForm(bytes, out var form)
                ? new ReadRequest(request with { Data = form.RootElement }, null, form)
                : ReadRequest.Refused(ErrorKind.Invalid, "error parsing form data");
        }

        // The document refers to the bytes for as long as the request runs.
        if (!BodyText.TryJson(bytes, listener.Json, out var document, out var problem))
        {
            return ReadRequest.Refused(ErrorKind.Invalid, problem);
        }

        return new ReadRequest(document is null ? request : request with { Data = document.RootElement }, null, document);
    }

    private static Operation? MethodOf(string method, CanonicalPath path, Dictionary<string, List<string>> parameters)
    {
        switch (method)
        {
            case "GET":
                return parameters.Remove("list", out var list) && QueryText.IsTrue(list[0]) ? Operation.List : Operation.Read;
            case "HEAD":
                return RequestEntry.TakesHead(path) ? Operation.Read : null;
            case "POST" or "PUT":
                parameters.Clear();
                return Operation.Update;
            case "PATCH":
                parameters.Clear();
                return Operation.Patch;
            case "DELETE":
                parameters.Remove("list");
                return Operation.Delete;
            case "LIST":
                parameters.Remove("list");
                return Operation.List;
            default:
                return null;
        }
    }

    private static ReadRequest? HeaderProblem(IHeaderDictionary headers, Operation operation, out TimeSpan? wrapTtl)
    {
        wrapTtl = null;
        if (headers.TransferEncoding.Count > 0 && headers.ContainsKey(SuppressedLength))
        {
            return ReadRequest.Refused(ErrorKind.Invalid, "a body has Content-Length or Transfer-Encoding, not both");
        }

        var wrap = headers["X-Vault-Wrap-TTL"].ToString();
        if (wrap.Length > 0)
        {
            if (!GoDuration.TryParse(wrap, out var ttl, out var isTooLong) && isTooLong)
            {
                return ReadRequest.Refused(
                    ErrorKind.Invalid, $"error parsing X-Vault-Wrap-TTL: it is too long; the longest is {GoDuration.Longest}, of which a wrapping token gets max_lease_ttl at most");
            }

            // A time that is too short to count is a mistake: the wrapping token would be gone before the client has it.
            if (!GoDuration.TryParse(wrap, out ttl) || ttl < TimeSpan.Zero || (ttl > TimeSpan.Zero && ttl < TimeSpan.FromMicroseconds(1)))
            {
                return ReadRequest.Refused(ErrorKind.Invalid, "error parsing X-Vault-Wrap-TTL: expected a duration such as 60, \"90s\" or \"2m\", not negative");
            }

            wrapTtl = ttl > TimeSpan.Zero ? ttl : null;
        }

        if (headers["X-Vault-Namespace"].ToString().Trim('/') is not ("" or "root"))
        {
            return ReadRequest.Refused(ErrorKind.Invalid, "namespaces are not supported: leave the X-Vault-Namespace header out");
        }

        return operation == Operation.Patch && !headers.ContentType.ToString().StartsWith("application/merge-patch+json", StringComparison.OrdinalIgnoreCase)
            ? ReadRequest.Refused(ErrorKind.UnsupportedMediaType, "PATCH requires Content-Type: application/merge-patch+json")
            : null;
    }

    private static string TokenOf(IHeaderDictionary headers)
    {
        var token = headers["X-Vault-Token"].ToString();
        if (token.Length == 0)
        {
            var authorization = headers.Authorization.ToString();
            token = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..].Trim() : "";
        }

        return token.Length <= Limits.TokenCharactersMax ? token : "";
    }

    private static string Text(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    private static ImmutableDictionary<string, ImmutableArray<string>> PassableHeaders(IHeaderDictionary headers)
    {
        ImmutableDictionary<string, ImmutableArray<string>>.Builder? passed = null;
        foreach (var (name, values) in headers)
        {
            if (name.Length < 3 || UsualHeaders.Contains(name) || CredentialHeaders.Contains(name))
            {
                continue;
            }

            passed ??= ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.OrdinalIgnoreCase);
            passed[name.ToLowerInvariant()] = [.. values.OfType<string>()];
        }

        return passed?.ToImmutable() ?? ImmutableDictionary<string, ImmutableArray<string>>.Empty;
    }
}
