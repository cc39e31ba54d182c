using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Server.Tests.Http;

/// <summary>An endpoint in place of AWS that answers with what no client should follow or can read.</summary>
public sealed class EndpointAnswerTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Policy = """{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}""";

    private static readonly string[] Roles =
    [
        $$"""{"credential_type":"iam_user","policy_document":"{{Policy}}"}""",
        $$"""{"credential_type":"federation_token","policy_document":"{{Policy}}"}""",
        """{"credential_type":"assumed_role","role_arns":"arn:aws:iam::123456789012:role/r"}""",
    ];

    private static readonly string[] Locations =
    [
        "gopher://127.0.0.1/", "javascript:alert(1)", "file:///etc/passwd", "http://[::1", "http://:0:0/", "//", "?", "%", "a b c", "\u00ff\u00fe", "",
        "http://127.0.0.1:99999/", new string('x', 5000),
    ];

    public static TheoryData<string, int, string> Redirects
    {
        get
        {
            var data = new TheoryData<string, int, string>();
            foreach (var role in Roles)
            {
                foreach (var location in Locations)
                {
                    data.Add(role, 302 + data.Count % 7, location);
                }
            }

            return data;
        }
    }

    public static TheoryData<string, string> Garbage
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var role in Roles)
            {
                foreach (var answer in (string[])
                [
                    "", "\r\n\r\n", "hello world", "HTTP/1.1\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n<a",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: \u00ff\r\nContent-Encoding: gzip\r\nDate: yesterday\r\n\r\n<a/>",
                ])
                {
                    data.Add(role, answer);
                }
            }

            return data;
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Redirects))]
    public async Task A_redirect_to_what_is_no_address_is_said_to_be_a_redirect_and_leaves_no_lease_half_made(string role, int status, string location)
    {
        var answer = await AskAsync(role, $"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        Assert.Contains("answered with a redirect, which is not followed; configure the endpoint", answer, StringComparison.Ordinal);
        Assert.True(location.Length < 5 || !answer.Contains(location, StringComparison.Ordinal), answer);
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task An_answer_that_is_no_answer_is_named_as_such_and_leaves_no_lease_half_made(string role, string garbage)
    {
        var answer = await AskAsync(role, garbage);

        Assert.True(
            answer.Contains("no answer from http://127.0.0.1", StringComparison.Ordinal) || answer.Contains("the answer", StringComparison.Ordinal)
                || answer.Contains("Http999", StringComparison.Ordinal),
            answer);
    }

    [Fact]
    public async Task A_date_that_is_far_from_the_servers_own_is_said_by_its_health()
    {
        var date = TimeProvider.System.GetUtcNow().AddMinutes(20).ToString("R", System.Globalization.CultureInfo.InvariantCulture);

        await AskAsync(Roles[0], $"HTTP/1.1 403 Forbidden\r\nDate: {date}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        var warnings = JsonNode.Parse((await server.SendAsync("GET", "/v1/sys/health")).Body)!["warnings"]!.AsArray();
        Assert.Matches("the system's clock is 1[12][0-9]{2} s behind that of an outside system", (string)Assert.Single(warnings)!);
    }

    /// <summary>Asks for credentials of a role of a new mount whose endpoint gives this answer to every call; returns the error.</summary>
    private async Task<string> AskAsync(string role, string answer)
    {
        var failures = server.Failures.Count;
        await using var endpoint = new Endpoint(Encoding.Latin1.GetBytes(answer));
        var mount = $"aws-{Guid.CreateVersion7():n}";
        await ChangeAsync("PUT", $"sys/mounts/{mount}", """{"type":"aws"}""");
        await ChangeAsync("PUT", $"{mount}/config/root", $$"""{"access_key":"AKIAIOSFODNN7EXAMPLE","secret_key":"k","region":"us-east-1","iam_endpoint":"{{endpoint.Url}}","sts_endpoint":"{{endpoint.Url}}","max_retries":0}""");
        await ChangeAsync("PUT", $"{mount}/roles/r", role);

        var reply = await server.SendAsync("GET", $"/v1/{mount}/creds/r");

        Assert.True(reply.Status is 400 or 502 or 503, $"{reply.Status} {reply.Body}");
        Assert.True(endpoint.Calls > 0);
        Assert.Empty(server.Failures.Skip(failures));
        Assert.All(await LeasesAsync(mount), state => Assert.Contains(state, (string[])["revoking", "needs-attention"]));
        return (string)Assert.Single(JsonNode.Parse(reply.Body)!["errors"]!.AsArray())!;
    }

    private async Task<IReadOnlyList<string>> LeasesAsync(string mount)
    {
        var listed = await server.SendAsync("LIST", $"/v1/sys/leases/lookup/{mount}/creds/r");
        if (listed.Status == 404)
        {
            return [];
        }

        var states = new List<string>();
        foreach (var id in JsonNode.Parse(listed.Body)!["data"]!["keys"]!.AsArray())
        {
            var found = await server.SendAsync("PUT", "/v1/sys/leases/lookup", $$"""{"lease_id":"{{mount}}/creds/r/{{id}}"}""");
            if (found.Status == 200)
            {
                states.Add((string)JsonNode.Parse(found.Body)!["data"]!["state"]!);
            }
        }

        return states;
    }

    private async Task ChangeAsync(string method, string path, string body)
    {
        var reply = await server.SendAsync(method, $"/v1/{path}", body);
        Assert.True(reply.Status is 200 or 204, $"{path}: {reply.Status} {reply.Body}");
    }

    /// <summary>Gives one answer to every connection, then ends it.</summary>
    private sealed class Endpoint : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _serving;
        private int _calls;

        public Endpoint(byte[] answer)
        {
            _listener.Start();
            _serving = ServeAsync(answer);
        }

        public string Url => $"http://{_listener.LocalEndpoint}";

        public int Calls => Volatile.Read(ref _calls);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task ServeAsync(byte[] answer)
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    using var socket = await _listener.AcceptSocketAsync(_stop.Token);
                    Interlocked.Increment(ref _calls);
                    await ReadRequestAsync(socket);
                    await socket.SendAsync(answer, _stop.Token);
                    socket.Shutdown(SocketShutdown.Send);
                    await ReadToEndAsync(socket);
                }
                catch (Exception error) when (error is OperationCanceledException or SocketException)
                {
                    // The test is over, or the client has heard enough.
                }
            }
        }

        /// <summary>Head and body, so that no answer goes before what it answers.</summary>
        private async Task ReadRequestAsync(Socket socket)
        {
            var text = new StringBuilder();
            var buffer = new byte[8192];
            while (true)
            {
                var head = text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (head >= 0 && text.Length >= head + 4 + LengthIn(text.ToString(0, head)))
                {
                    return;
                }

                var read = await socket.ReceiveAsync(buffer, _stop.Token);
                if (read == 0)
                {
                    return;
                }

                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }

        private async Task ReadToEndAsync(Socket socket)
        {
            var buffer = new byte[8192];
            while (await socket.ReceiveAsync(buffer, _stop.Token) > 0)
            {
                // Until the client has closed as well: a reset could cost it the answer.
            }
        }

        private static int LengthIn(string head) =>
            head.Split("\r\n").Select(line => line.Split(": ", 2)).FirstOrDefault(pair => pair[0] == "Content-Length") is [_, var length]
                ? int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)
                : 0;
    }
}
