using System.Collections.Immutable;

namespace Coffer.Server.Telemetry;

/// <summary>Adds the configured headers to each call of the collector, and notes why one fails.</summary>
internal sealed class CollectorHandler(ImmutableArray<KeyValuePair<string, string>> headers, ExportWatch watch, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Begin(request);
        try
        {
            return Note(base.Send(request, cancellationToken));
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            watch.NoteCall(ReasonOf(error));
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Begin(request);
        try
        {
            return Note(await base.SendAsync(request, cancellationToken));
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            watch.NoteCall(ReasonOf(error));
            throw;
        }
    }

    private static string ReasonOf(Exception error) => error is OperationCanceledException ? "it did not answer in time" : error.GetBaseException().Message;

    private void Begin(HttpRequestMessage request)
    {
        watch.NoteCall("");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private HttpResponseMessage Note(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            watch.NoteCall($"it answered with status {(int)response.StatusCode}");
        }

        return response;
    }
}
