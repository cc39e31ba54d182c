using System.Net;
using System.Net.Http.Headers;
using System.Xml.Linq;
using Coffer.Aws.Signing;

namespace Coffer.Aws.Calls;

/// <summary>One service of the query protocol: form in, XML out, signed, timed, repeated where that is safe.</summary>
internal sealed class QueryClient(
    HttpClient http, Uri endpoint, string service, string version, string region, IAwsCredentialSource credentials,
    AwsCallOptions options, TimeProvider clock)
{
    private const long AnswerBytesMax = 8 * 1024 * 1024;

    /// <summary>Ready to send, the form's type as AWS's own clients write it.</summary>
    private static readonly MediaTypeHeaderValue FormType = new("application/x-www-form-urlencoded", "utf-8");

    /// <summary>The element <c>{operation}Result</c>, or the whole answer when there is none.</summary>
    /// <param name="operation">The action's name.</param>
    /// <param name="parameters">Without action and version.</param>
    /// <param name="repeatable">
    /// False for a call that must not be repeated when its outcome is unknown: a second one would make a second thing.
    /// </param>
    /// <param name="marker">Where the next page begins.</param>
    /// <param name="cancellation">Ends attempts and pauses alike.</param>
    public async ValueTask<XElement> CallAsync(
        string operation, QueryParameters parameters, bool repeatable, string? marker, CancellationToken cancellation)
    {
        var body = parameters.Encode(operation, version, marker);
        var begun = clock.GetTimestamp();
        var nothingDone = true;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await AttemptAsync(operation, body, attempt, cancellation).ConfigureAwait(false);
            }
            catch (AwsException error)
            {
                nothingDone &= error.NothingDone;
                error.NothingDone = nothingDone;
                if (attempt > options.MaxRetries || !IsWorthRepeating(error, repeatable))
                {
                    throw;
                }

                var delay = options.DelayBefore(attempt, error.Kind == AwsErrorKind.Throttled);
                if (clock.GetElapsedTime(begun) + delay + options.AttemptTimeout > options.CallTimeout)
                {
                    throw;
                }

                await Task.Delay(delay, clock, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static bool IsWorthRepeating(AwsException error, bool repeatable) => error.Kind switch
    {
        AwsErrorKind.Throttled => true,
        AwsErrorKind.Conflict => AwsErrorCodes.IsPassingConflict(error.Code),
        AwsErrorKind.Network or AwsErrorKind.Server => repeatable,
        _ => false,
    };

    private async ValueTask<XElement> AttemptAsync(string operation, byte[] body, int attempt, CancellationToken cancellation)
    {
        var name = $"{service}:{operation}";
        var key = await KeyAsync(cancellation).ConfigureAwait(false);
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = FormType;
        request.Options.Set(AwsRequestInfo.Operation, name);
        request.Options.Set(AwsRequestInfo.Attempt, attempt);
        SigV4.SignHttp(request, body, key, region, service, clock.GetUtcNow());

        using var timeout = new CancellationTokenSource(options.AttemptTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(AnswerBytesMax, both.Token).ConfigureAwait(false);
            var answer = await response.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false);
            return Read(name, operation, request, response, answer, ClockAhead(response), both.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            options.OnUnanswered();
            throw new AwsException(
                AwsErrorKind.Network, "Timeout", name, $"no answer from {endpoint} within {options.AttemptTimeout.TotalSeconds} s{Way(request)}");
        }
        catch (OperationCanceledException)
        {
            options.OnUnanswered();
            throw;
        }
        catch (AwsException error) when (error.OutcomeUnknown)
        {
            options.OnUnanswered();
            throw;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            var unsent = IsUnsent(error);
            if (!unsent)
            {
                options.OnUnanswered();
            }

            throw new AwsException(AwsErrorKind.Network, "NetworkError", name, $"no answer from {endpoint}: {error.Message}{Way(request)}", inner: error)
            {
                NothingDone = unsent,
            };
        }
    }

    private async ValueTask<AwsCredentials> KeyAsync(CancellationToken cancellation)
    {
        try
        {
            return await credentials.GetAsync(cancellation).ConfigureAwait(false);
        }
        catch (AwsException error)
        {
            // Without a key no call is sent.
            error.NothingDone = true;
            throw;
        }
    }

    /// <summary>What to add to an error of a request that did not go straight to the endpoint.</summary>
    private static string Way(HttpRequestMessage request) =>
        request.Options.TryGetValue(AwsRequestInfo.Way, out var way) ? $"; the request went through {way}" : "";

    /// <summary>True when there was no connection on which anything could have been sent.</summary>
    private static bool IsUnsent(Exception error) => error is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };

    /// <summary>How far the clock that signs is ahead of the endpoint's; null where the answer has no date.</summary>
    private TimeSpan? ClockAhead(HttpResponseMessage response)
    {
        if (response.Headers.Date is not { } date)
        {
            return null;
        }

        options.OnServerTime(endpoint.Authority, date);
        return clock.GetUtcNow() - date;
    }

    private static XElement Read(
        string name, string operation, HttpRequestMessage request, HttpResponseMessage response, byte[] answer, TimeSpan? clockAhead, CancellationToken cancellation)
    {
        var root = XmlRead.Parse(answer, cancellation);
        if ((int)response.StatusCode is >= 300 and < 400)
        {
            // A signed request belongs to nobody but the endpoint that was configured.
            throw new AwsException(
                AwsErrorKind.Unknown, $"Http{(int)response.StatusCode}", name,
                "the endpoint answered with a redirect, which is not followed; configure the endpoint that serves the calls itself", response.StatusCode);
        }

        if (response.IsSuccessStatusCode)
        {
            return root is not null
                ? root.Child($"{operation}Result") ?? root
                : throw new AwsException(AwsErrorKind.Unknown, "UnreadableAnswer", name, "the answer is no XML of the expected size and depth", response.StatusCode);
        }

        var error = root?.Child("Error") ?? root?.Child("Errors")?.Child("Error");
        var code = error?.Text("Code") ?? $"Http{(int)response.StatusCode}";
        var detail = error?.Text("Message") ?? $"{response.ReasonPhrase ?? "no message"}{Way(request)}";
        var requestId = root?.Text("RequestId") ?? RequestIdHeader(response);
        var failure = new AwsException(AwsErrorCodes.KindOf(code, response.StatusCode), code, name, detail, response.StatusCode, requestId) { ClockAhead = clockAhead };
        failure.NothingDone = !failure.OutcomeUnknown && IsRefusal(response.StatusCode) && error?.Text("Code") is not null;
        throw failure;
    }

    /// <summary>408 says that time ran out on the way, and not what became of the call.</summary>
    private static bool IsRefusal(HttpStatusCode status) => (int)status is >= 400 and < 500 && status != HttpStatusCode.RequestTimeout;

    private static string? RequestIdHeader(HttpResponseMessage response) =>
        response.Headers.TryGetValues("x-amzn-RequestId", out var values) ? values.FirstOrDefault() : null;
}
