namespace Coffer.Outbound;

/// <summary>Notes on each request which proxy it goes through, so that an error can name it.</summary>
internal sealed class WayHandler(EnvironmentProxy proxy, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { } address && proxy.Describe(address) is { } way)
        {
            request.Options.Set(OutboundHttp.Way, way);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
