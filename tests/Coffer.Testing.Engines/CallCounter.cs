namespace Coffer.Testing.Engines;

/// <summary>Knows how many calls of an engine are under way, each until its answer is here as a whole.</summary>
public sealed class CallCounter : DelegatingHandler
{
    private int _underWay;

    private CallCounter(HttpMessageHandler inner)
        : base(inner)
    {
    }

    /// <param name="inner">Carries the calls; null for real connections.</param>
    public static CallCounter Over(HttpMessageHandler? inner) => new(inner ?? new SocketsHttpHandler());

    public int UnderWay => Volatile.Read(ref _underWay);

    public HttpClient Client() => new(this);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            return response;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
