using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Tests.Running;

/// <summary>Answers as the script says and notes every request that is not the one the script expects.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Queue<ScriptExchange> _expected = new();

    public List<string> Faults { get; } = [];

    public void Expect(IEnumerable<ScriptExchange> exchanges)
    {
        _expected.Clear();
        foreach (var exchange in exchanges)
        {
            _expected.Enqueue(exchange);
        }
    }

    public void CheckAllSent() => Faults.AddRange(_expected.Select(exchange => $"was not sent: {exchange.Method} {exchange.Path}"));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = $"{request.Method} {request.RequestUri!.PathAndQuery}";
        if (!_expected.TryDequeue(out var exchange))
        {
            Faults.Add($"not expected: {sent}");
            return new HttpResponseMessage(HttpStatusCode.NotImplemented);
        }

        if (sent != $"{exchange.Method} {exchange.Path}")
        {
            Faults.Add($"expected {exchange.Method} {exchange.Path}, but it sent {sent}");
        }

        foreach (var header in exchange.Headers)
        {
            CheckHeader(request, header, sent);
        }

        await CheckBodyAsync(request, exchange, sent, cancellationToken);
        var reply = new HttpResponseMessage((HttpStatusCode)exchange.Status);
        if (exchange.Reply.Length > 0)
        {
            reply.Content = new StringContent(exchange.Reply, new UTF8Encoding(false), "application/json");
        }

        return reply;
    }

    private void CheckHeader(HttpRequestMessage request, string header, string sent)
    {
        var split = header.Split(": ", 2);
        var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>());
        var values = headers.Where(pair => pair.Key.Equals(split[0].TrimEnd(':'), StringComparison.OrdinalIgnoreCase)).SelectMany(pair => pair.Value).ToArray();
        var found = values.Length == 0 ? "" : string.Join(",", values);
        var expected = split.Length > 1 ? split[1] : "";
        if (found != expected)
        {
            Faults.Add($"{sent}: expected header {header}, but it was \"{found}\"");
        }
    }

    private async Task CheckBodyAsync(HttpRequestMessage request, ScriptExchange exchange, string sent, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var same = exchange.Body.Length == 0 || body.Length == 0
            ? exchange.Body.Length == body.Length
            : JsonNode.DeepEquals(JsonNode.Parse(exchange.Body), JsonNode.Parse(body));
        if (!same)
        {
            Faults.Add($"{sent}: expected body {exchange.Body}, but it was {body}");
        }
    }
}
