using System.Net;
using System.Text;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Http;
using Coffer.Server.Http.Bodies;
using Coffer.Server.Tls;

namespace Coffer.Server.Tests.Http;

/// <summary>HTTP/2 over TLS, and the bounds of a listener in it.</summary>
public sealed class Http2Tests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_offers_HTTP_2_is_answered_in_it_and_another_in_HTTP_1_1()
    {
        await using var server = await Http2Server.StartAsync();
        foreach (var version in (Version[])[HttpVersion.Version20, HttpVersion.Version11])
        {
            using var client = server.Client(version);
            using var written = await client.PostAsync("/v1/secret/a%20b", Json($$"""{"value":"{{version}}"}"""), Cancel);
            using var read = await client.GetAsync("/v1/secret/a%20b", Cancel);

            Assert.Equal(HttpStatusCode.NoContent, written.StatusCode);
            Assert.Equal(version, read.Version);
            Assert.Contains($"\"value\":\"{version}\"", await read.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            Assert.True(read.Headers.Contains("X-Coffer-Request-Id"));
        }
    }

    [Fact]
    public async Task A_listener_can_be_kept_to_HTTP_1_1()
    {
        await using var server = await Http2Server.StartAsync(listener => listener with { Tls = listener.Tls! with { Http2 = false } });
        using var second = server.Client(HttpVersion.Version20);
        using var first = server.Client(HttpVersion.Version11);

        await Assert.ThrowsAsync<HttpRequestException>(() => second.GetAsync("/v1/sys/health", Cancel));
        using var reply = await first.GetAsync("/v1/sys/health", Cancel);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("http2_disable = false", true)]
    [InlineData("http2_disable = \"true\"", false)]
    public void The_configuration_says_whether_HTTP_2_is_spoken(string line, bool spoken)
    {
        var folder = Directory.CreateTempSubdirectory("coffer-http2-");
        try
        {
            var (_, tls) = DevCertificate.Make(folder.FullName, IPAddress.Loopback, [], TimeProvider.System, SystemRandom.Instance);
            var file = Path.Combine(folder.FullName, "config.hcl");
            File.WriteAllText(file, $$"""
                storage "inmem" {}
                listener "tcp" {
                  address = "127.0.0.1:8200"
                  tls_cert_file = "{{tls!.CertificateFile}}"
                  tls_key_file = "{{tls.KeyFile}}"
                  {{line}}
                }
                """);

            var read = ConfigurationReader.Read([file]);

            Assert.Empty(read.Problems);
            Assert.Equal(spoken, Assert.Single(read.Options!.Listeners).Tls!.Http2);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Many_requests_on_one_connection_are_all_answered()
    {
        await using var server = await Http2Server.StartAsync();
        using var client = server.Client(HttpVersion.Version20);

        var replies = await Task.WhenAll(Enumerable.Range(0, 500).Select(async number =>
        {
            using var written = await client.PostAsync($"/v1/secret/{number}", Json($$"""{"value":"{{number}}"}"""), Cancel);
            return await client.GetStringAsync($"/v1/secret/{number}", Cancel);
        }));

        Assert.All(Enumerable.Range(0, 500), number => Assert.Contains($"\"value\":\"{number}\"", replies[number], StringComparison.Ordinal));
        Assert.Empty(server.Failures);
    }

    [Fact]
    public async Task A_connection_is_refused_more_streams_than_it_was_told_of()
    {
        await using var server = await Http2Server.StartAsync();
        await using var http = await RawHttp2.ConnectAsync(server.Address);
        var settings = await http.ReadUntilAsync(RawHttp2.Settings, 0);
        Assert.Equal(KestrelListener.StreamsMax, settings!.Setting(3));

        // Their bodies never come, so that they stay open.
        await http.SendAsync([.. Enumerable.Range(0, KestrelListener.StreamsMax + 1).Select(number =>
            RawHttp2.Frame(RawHttp2.HeadersFrame, RawHttp2.EndHeaders, (2 * number) + 1, RawHttp2.Block("POST", "/v1/sys/unseal")))]);
        var refused = await http.ReadUntilAsync(RawHttp2.Reset, (2 * KestrelListener.StreamsMax) + 1);

        Assert.Equal(RawHttp2.RefusedStream, refused!.StreamError);
        await server.AssertServesAsync();
    }

    [Fact]
    public async Task A_client_may_send_no_more_ahead_over_all_its_streams_than_over_one_connection_of_HTTP_1_1()
    {
        await using var server = await Http2Server.StartAsync();
        await using var http = await RawHttp2.ConnectAsync(server.Address);
        const int WindowOfEveryConnection = 65_535;

        var settings = await http.ReadUntilAsync(RawHttp2.Settings, 0);
        var raised = await http.ReadUntilAsync(RawHttp2.WindowUpdate, 0);

        Assert.Equal(BodyLimits.ReadAheadBytes, WindowOfEveryConnection + raised!.StreamError);
        Assert.InRange(settings!.Setting(4)!.Value, BodyLimits.UnaskedBytes, BodyLimits.ReadAheadBytes);
    }

    [Fact]
    public async Task One_request_more_than_the_listener_answers_at_once_is_refused_with_503_and_the_others_go_on()
    {
        await using var server = await Http2Server.StartAsync(listener => listener with { ConnectionsMax = 3 });
        await using var http = await RawHttp2.ConnectAsync(server.Address);
        await http.SendAsync([.. Enumerable.Range(0, 4).Select(number =>
            RawHttp2.Frame(RawHttp2.HeadersFrame, RawHttp2.EndHeaders, (2 * number) + 1, RawHttp2.Block("POST", "/v1/sys/wrapping/lookup")))]);

        // Streams begin side by side: any of the four may come last.
        Http2Frame? refused;
        do
        {
            refused = await http.ReadAsync();
        }
        while (refused is not null && refused.Type != RawHttp2.Data);
        Assert.Contains("max_connections", Encoding.UTF8.GetString(refused!.Payload), StringComparison.Ordinal);

        var goesOn = refused.Stream == 1 ? 3 : 1;
        await http.SendAsync(RawHttp2.Frame(RawHttp2.Data, RawHttp2.EndStream, goesOn, Encoding.UTF8.GetBytes("""{"token":"x"}""")));
        var answered = await http.ReadUntilAsync(RawHttp2.Data, goesOn);
        Assert.Contains("errors", Encoding.UTF8.GetString(answered!.Payload), StringComparison.Ordinal);
        Assert.DoesNotContain("max_connections", Encoding.UTF8.GetString(answered.Payload), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 20_000)]
    [InlineData(70, 1_000)]
    public async Task Headers_beyond_their_bound_are_not_taken(int headers, int length)
    {
        await using var server = await Http2Server.StartAsync();
        using var client = server.Client(HttpVersion.Version20);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/sys/health") { Version = HttpVersion.Version20 };
        for (var number = 0; number < headers; number++)
        {
            request.Headers.Add($"X-Large-{number}", new string('a', length));
        }

        HttpStatusCode? status = null;
        try
        {
            using var reply = await client.SendAsync(request, Cancel);
            status = reply.StatusCode;
        }
        catch (HttpRequestException)
        {
            // The whole connection may be ended instead.
        }

        Assert.True(status is null or HttpStatusCode.RequestHeaderFieldsTooLarge, $"{status}");
        await server.AssertServesAsync();
    }

    [Theory]
    [InlineData("sys/wrapping/lookup", 413)]
    [InlineData("secret/a", 403)]
    public async Task A_large_body_without_a_token_is_refused_before_it_is_taken_in(string path, int status)
    {
        await using var server = await Http2Server.StartAsync();
        using var client = server.Client(HttpVersion.Version20);
        client.DefaultRequestHeaders.Clear();

        using var reply = await client.PostAsync($"/v1/{path}", Json($$"""{"value":"{{new string('x', BodyLimits.UnaskedBytes + 1)}}"}"""), Cancel);

        Assert.Equal(status, (int)reply.StatusCode);
        await server.AssertServesAsync();
    }

    [Fact]
    public async Task A_body_larger_than_the_listener_takes_is_refused_with_413_and_one_within_is_taken()
    {
        await using var server = await Http2Server.StartAsync(listener => listener with { RequestBytesMax = 300_000 });
        using var client = server.Client(HttpVersion.Version20);

        using var large = await client.PostAsync("/v1/secret/a", Json($$"""{"value":"{{new string('x', 300_000)}}"}"""), Cancel);
        using var within = await client.PostAsync("/v1/secret/a", Json($$"""{"value":"{{new string('x', 290_000)}}"}"""), Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, within.StatusCode);
    }

    [Fact]
    public async Task A_body_that_does_not_end_in_time_is_answered_with_408_and_other_requests_of_the_connection_go_on()
    {
        await using var server = await Http2Server.StartAsync(listener => listener with { Times = new ListenerTimes { Read = TimeSpan.FromMilliseconds(300) } });
        await using var http = await RawHttp2.ConnectAsync(server.Address);
        await http.SendAsync(RawHttp2.Frame(RawHttp2.HeadersFrame, RawHttp2.EndHeaders, 1, RawHttp2.Block("POST", "/v1/sys/unseal")));

        var late = await http.ReadUntilAsync(RawHttp2.Data, 1);
        Assert.Contains("http_read_timeout", Encoding.UTF8.GetString(late!.Payload), StringComparison.Ordinal);

        await http.SendAsync(RawHttp2.Frame(RawHttp2.HeadersFrame, RawHttp2.EndHeaders | RawHttp2.EndStream, 3, RawHttp2.Block("GET", "/v1/sys/health")));
        var health = await http.ReadUntilAsync(RawHttp2.Data, 3);
        Assert.Contains("\"initialized\":true", Encoding.UTF8.GetString(health!.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_without_TLS_does_not_take_HTTP_2()
    {
        await using var server = await Http2Server.StartAsync(listener => listener with { Tls = null });
        var reply = await RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));

        Assert.NotEqual(200, reply.Status);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
