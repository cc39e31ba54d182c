using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Bench.Soak;

/// <summary>The server was sealed while a request was under way, so what came of it says nothing.</summary>
internal sealed class SealedMeanwhileException() : Exception("sealed meanwhile");

/// <summary>Sends requests of many workers and keeps what was not answered as it must be.</summary>
internal sealed class SoakClient(Uri address) : IDisposable
{
    private const int ProblemsKept = 20;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    private readonly ConcurrentQueue<string> _problems = new();
    private long _answered;
    private long _sealed;
    private int _problemCount;
    private int _sealing;
    private int _seals;

    public string Root { get; set; } = "";

    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Requests that fell into a time of being sealed.</summary>
    public long FellIntoSeal => Interlocked.Read(ref _sealed);

    public int Seals => _seals;

    public int ProblemCount => _problemCount;

    /// <summary>The first problems.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    public void Report(string problem)
    {
        if (Interlocked.Increment(ref _problemCount) <= ProblemsKept)
        {
            _problems.Enqueue(problem);
        }
    }

    /// <summary>Seals and unseals, with the requests of others going on.</summary>
    public async Task SealAndUnsealAsync(string key, TimeSpan wait, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _seals);
        Volatile.Write(ref _sealing, 1);
        await SendAsync("PUT", "sys/seal", null, Root, [204], cancellation);
        await Task.Delay(wait, cancellation);
        await SendAsync("PUT", "sys/unseal", new JsonObject { ["key"] = key }, Root, [200], cancellation);
        Volatile.Write(ref _sealing, 0);
    }

    /// <summary>One request. An answer that is not expected is a problem, 500 always.</summary>
    /// <param name="wrapTtl">The answer is wrapped for so long; null: it is not.</param>
    /// <returns>The body; null when it has none or the answer was not 200.</returns>
    /// <exception cref="SealedMeanwhileException">It was answered 503, and the server was being sealed.</exception>
    public async Task<JsonNode?> SendAsync(string method, string path, JsonNode? body, string token, int[] expected, CancellationToken cancellation, string? wrapTtl = null)
    {
        var (sealing, seals) = (Volatile.Read(ref _sealing), _seals);
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/v1/{path}");
        request.Headers.Add("X-Vault-Token", token);
        if (wrapTtl is not null)
        {
            request.Headers.Add("X-Vault-Wrap-TTL", wrapTtl);
        }

        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var reply = await _http.SendAsync(request, cancellation);
        var text = await reply.Content.ReadAsStringAsync(cancellation);
        Interlocked.Increment(ref _answered);
        var status = (int)reply.StatusCode;
        if (status == 503 && (sealing == 1 || seals != _seals) && !expected.Contains(503))
        {
            Interlocked.Increment(ref _sealed);
            throw new SealedMeanwhileException();
        }

        if (!expected.Contains(status))
        {
            Report($"{DateTimeOffset.UtcNow:HH:mm:ss} {method} {path} was answered {status}: {text.Trim()}");
            return null;
        }

        return status == 200 && text.Length > 0 ? JsonNode.Parse(text) : null;
    }

    public void Dispose() => _http.Dispose();
}
