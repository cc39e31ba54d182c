namespace Coffer.Outbound;

/// <summary>Judges hosts that are written as addresses before a request leaves, which a proxy would otherwise be asked to connect to.</summary>
internal sealed class GuardHandler(AddressGuard guard, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { } address)
        {
            try
            {
                guard.Check(address.IdnHost);
            }
            catch (ForbiddenAddressException forbidden)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, forbidden.Message, forbidden);
            }
        }

        return base.SendAsync(request, cancellationToken);
    }
}
