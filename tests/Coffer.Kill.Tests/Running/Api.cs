using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Kill.Tests.Running;

/// <summary>One client of one life of a server: its connections die with that life.</summary>
internal sealed class Api(Uri address, string token) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = address };

    public Task<ApiAnswer> ReadAsync(string path, CancellationToken cancellation) => SendAsync("GET", path, null, cancellation);

    public Task<ApiAnswer> ListAsync(string path, CancellationToken cancellation) => SendAsync("LIST", path, null, cancellation);

    public Task<ApiAnswer> WriteAsync(string path, JsonObject body, CancellationToken cancellation) => SendAsync("PUT", path, body, cancellation);

    /// <summary>The same client under another token.</summary>
    public Task<ApiAnswer> ReadAsAsync(string other, string path, CancellationToken cancellation) => SendAsync("GET", path, null, cancellation, other);

    public void Dispose() => _http.Dispose();

    /// <exception cref="HttpRequestException">There was no answer, or half of one.</exception>
    private async Task<ApiAnswer> SendAsync(string method, string path, JsonObject? body, CancellationToken cancellation, string? other = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"v1/{path}", UriKind.Relative));
        request.Headers.Add("X-Vault-Token", other ?? token);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var reply = await SendAsync(request, cancellation);
        var text = await reply.Content.ReadAsStringAsync(cancellation);
        return new ApiAnswer((int)reply.StatusCode, text, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await _http.SendAsync(request, cancellation);
        }
        catch (SocketException error)
        {
            // The client's own slip: a connection that dies in the instant it is made comes out as it is.
            throw new HttpRequestException(error.Message, error);
        }
    }
}

/// <summary>What a server answered.</summary>
internal sealed record ApiAnswer(int Status, string Text, JsonNode? Body)
{
    public bool IsOk => Status is 200 or 204;

    public JsonNode Data => Ok().Body?["data"] ?? throw new InvalidDataException($"no data: {Text}");

    public ApiAnswer Ok() => IsOk ? this : throw new InvalidDataException($"{Status}: {Text}");
}
