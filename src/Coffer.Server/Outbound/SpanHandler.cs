using System.Diagnostics;

namespace Coffer.Server.Outbound;

/// <summary>
/// Makes a span of each call to an outside system that belongs to a request which is traced. It says method, host and status, and no path. Nothing of the trace is
/// sent to the outside system.
/// </summary>
internal sealed class SpanHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Background work keeps the request in whose course it began, such as the unseal, and goes on after it.
        using var span = Activity.Current is { IsAllDataRequested: true, IsStopped: false } parent ? parent.Source.StartActivity("outbound call", ActivityKind.Client) : null;
        span?.SetTag("http.request.method", request.Method.Method);
        span?.SetTag("server.address", request.RequestUri?.Host);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            span?.SetTag("http.response.status_code", (int)response.StatusCode);
            return response;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}
