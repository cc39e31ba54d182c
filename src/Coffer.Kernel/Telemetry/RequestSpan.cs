using System.Diagnostics;
using Coffer.Kernel.Requests;

namespace Coffer.Kernel.Telemetry;

/// <summary>
/// The span of one request, for traces. It says operation, mount, status and request id, and nothing else of the request: no path below the mount, no parameter, no
/// caller.
/// </summary>
internal static class RequestSpan
{
    /// <summary>The client's own span (W3C Trace Context). Its <c>tracestate</c> is not read: it holds whatever the client likes.</summary>
    private const string ParentHeader = "traceparent";

    /// <returns>Null where nobody listens, or the listener does not want this one.</returns>
    public static Activity? Begin(ActivitySource source, ApiRequest request) =>
        source.HasListeners() ? source.StartActivity("request", ActivityKind.Server, ParentOf(request)) : null;

    public static void End(Activity? span, RunningRequest running, int status)
    {
        if (span is null)
        {
            return;
        }

        span.DisplayName = $"{running.OperationName} {running.MountType}";
        span.SetTag("coffer.operation", running.OperationName);
        span.SetTag("coffer.mount.type", running.MountType);
        span.SetTag("coffer.mount.path", running.MountPath);
        span.SetTag("coffer.request.id", running.Request.Id);
        span.SetTag("http.response.status_code", status);
        if (status >= 500)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.Dispose();
    }

    /// <summary>Nothing where the client sends no parent, several, or one that cannot be read: the request then begins a trace.</summary>
    private static ActivityContext ParentOf(ApiRequest request) =>
        request.Headers.TryGetValue(ParentHeader, out var values) && values is [var parent] && ActivityContext.TryParse(parent, traceState: null, isRemote: true, out var context)
            ? context
            : default;
}
