using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Coffer.Conformance.Tests.Matching;
using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests.Running;

/// <summary>Sends a case's requests in order and collects what differs from the recording.</summary>
internal sealed class CaseRunner(RecordedCase recorded, IServer server, Variables variables) : IDisposable
{
    private const int TextMax = 2000;

    // A connection that survives a restart of the server would only be found dead, so none is kept.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = TimeSpan.FromMinutes(3),
    };

    private string _token = "root";
    private long _began;

    /// <summary>One line for each difference, with the step's number and request.</summary>
    /// <param name="first">Stop at the first one.</param>
    public async Task<IReadOnlyList<string>> RunAsync(bool first, CancellationToken cancellation)
    {
        _began = server.Clock.GetTimestamp();
        variables.Set("root", "root");
        variables.Set("addr", server.Address);
        var differences = new List<string>();
        for (var number = 0; number < recorded.Steps.Count && (differences.Count == 0 || !first); number++)
        {
            switch (recorded.Steps[number])
            {
                case RecordedStep.ActAs act:
                    _token = act.Name;
                    break;
                case RecordedStep.Wait wait:
                    await server.WaitAsync(wait.Time, cancellation);
                    break;
                case RecordedStep.Restart restart:
                    await server.RestartAsync(restart.Gently, cancellation);
                    break;
                case RecordedStep.Send send:
                    var found = await SendAsync(send, cancellation);
                    differences.AddRange(found.Select(difference => $"step {number} {send.Request}: {difference}"));
                    break;
            }
        }

        return differences;
    }

    public void Dispose() => _http.Dispose();

    private async Task<IEnumerable<string>> SendAsync(RecordedStep.Send step, CancellationToken cancellation)
    {
        using var request = Build(step.Request);
        using var reply = await _http.SendAsync(request, cancellation);
        var body = Parse(await reply.Content.ReadAsByteArrayAsync(cancellation));
        foreach (var (name, path) in step.Request.Save)
        {
            if (Find(body, path) is { } value)
            {
                variables.Set(name, value);
            }
        }

        // The list is made now: later steps change the variables.
        return step.Expect is null ? [] : ReplyCheck.Differences(step.Expect, (int)reply.StatusCode, body, variables, server.Clock.GetElapsedTime(_began)).ToArray();
    }

    private HttpRequestMessage Build(RecordedRequest recordedRequest)
    {
        // What was recorded goes out to the byte: paths are not tidied up on the way.
        var address = new Uri($"{server.Address}/v1/{variables.Fill(recordedRequest.Path)}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(recordedRequest.Method), address) { Version = new Version(1, 1) };
        var headers = recordedRequest.Headers.ToDictionary(header => header.Key, header => variables.Fill(header.Value), StringComparer.OrdinalIgnoreCase);
        if (_token != "none")
        {
            headers.TryAdd("X-Vault-Token", variables[_token]?.ToString() ?? _token);
        }

        headers.TryAdd("X-Vault-Request", "true");
        var text = recordedRequest.Raw is { } raw ? variables.Fill(raw) : recordedRequest.Body is { } body ? variables.Fill(body).GetRawText() : null;
        if (text is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(headers.GetValueOrDefault("Content-Type", "application/json"));
        }

        foreach (var (name, value) in headers.Where(header => !header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>The reply as JSON; undefined when there is none, an object with <c>$text</c> when it is something else.</summary>
    private static JsonElement Parse(byte[] body)
    {
        if (body.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return default;
        }

        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(body);
            return JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["$text"] = text.Length <= TextMax ? text : text[..TextMax] });
        }
    }

    private static JsonElement? Find(JsonElement value, string path)
    {
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(part, out var member))
            {
                value = member;
            }
            else if (value.ValueKind == JsonValueKind.Array && int.TryParse(part, CultureInfo.InvariantCulture, out var index) && index < value.GetArrayLength())
            {
                value = value[index];
            }
            else
            {
                return null;
            }
        }

        return value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : value;
    }
}
