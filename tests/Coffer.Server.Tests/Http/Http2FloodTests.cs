using System.Text;
using Coffer.Server.Configuration;

namespace Coffer.Server.Tests.Http;

/// <summary>Floods of frames that cost their sender little: the connection that they come over is ended, and others are served.</summary>
public sealed class Http2FloodTests
{
    [Fact]
    public async Task CVE_2023_44487_a_connection_that_opens_and_resets_streams_without_end_is_ended()
    {
        const int pairsAtOnce = 500;
        await using var server = await Http2Server.StartAsync();
        await using var http = await RawHttp2.ConnectAsync(server.Address);
        var end = http.ReadToEndAsync();
        try
        {
            for (var stream = 1; !end.IsCompleted && stream < 1_000_000;)
            {
                var frames = new List<byte[]>();
                for (var pair = 0; pair < pairsAtOnce; pair++, stream += 2)
                {
                    frames.Add(RawHttp2.Frame(RawHttp2.HeadersFrame, RawHttp2.EndHeaders, stream, RawHttp2.Block("POST", "/v1/sys/unseal")));
                    frames.Add(RawHttp2.ResetOf(stream));
                }

                await http.SendAsync([.. frames]);
            }
        }
        catch (IOException)
        {
            // Ended in the middle of the flood.
        }

        Assert.Equal(RawHttp2.EnhanceYourCalm, (await end)?.ConnectionError ?? RawHttp2.EnhanceYourCalm);
        await server.AssertServesAsync();
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(16_000)]
    public async Task CVE_2023_45288_headers_that_never_end_are_cut_off_at_their_bound(int frameBytes)
    {
        await using var server = await Http2Server.StartAsync();
        await using var http = await RawHttp2.ConnectAsync(server.Address);
        var end = http.ReadToEndAsync();
        var sent = 0;
        try
        {
            await http.SendAsync(RawHttp2.Frame(RawHttp2.HeadersFrame, 0, 1, RawHttp2.Block("GET", "/v1/sys/health")));
            for (; !end.IsCompleted && sent < 100_000_000; sent += frameBytes)
            {
                await http.SendAsync(RawHttp2.Frame(RawHttp2.Continuation, 0, 1, Field(sent, frameBytes)));
            }
        }
        catch (IOException)
        {
            // Ended in the middle of the flood.
        }

        await end;
        Assert.True(sent < 100_000_000);
        await server.AssertServesAsync();
    }

    [Fact]
    public async Task Headers_that_go_on_with_nothing_in_them_are_cut_off_when_their_time_is_over()
    {
        await using var server = await Http2Server.StartAsync(listener => listener with { Times = new ListenerTimes { ReadHeader = TimeSpan.FromSeconds(1) } });
        await using var http = await RawHttp2.ConnectAsync(server.Address);
        var end = http.ReadToEndAsync();
        try
        {
            await http.SendAsync(RawHttp2.Frame(RawHttp2.HeadersFrame, 0, 1, RawHttp2.Block("GET", "/v1/sys/health")));
            while (!end.IsCompleted)
            {
                await http.SendAsync(RawHttp2.Frame(RawHttp2.Continuation, 0, 1, []));
            }
        }
        catch (IOException)
        {
            // Ended in the middle of the flood.
        }

        await end;
        await server.AssertServesAsync();
    }

    [Fact]
    public async Task A_request_whose_stream_is_reset_ends_with_it_and_changes_nothing()
    {
        await using var server = await Http2Server.StartAsync();
        await using var http = await RawHttp2.ConnectAsync(server.Address);
        await http.SendAsync(
            RawHttp2.Frame(RawHttp2.HeadersFrame, RawHttp2.EndHeaders, 1, RawHttp2.Block("POST", "/v1/secret/a", ("x-vault-token", Http2Server.Root))),
            RawHttp2.Frame(RawHttp2.Data, 0, 1, Encoding.UTF8.GetBytes("""{"value":"x"}""")),
            RawHttp2.ResetOf(1),
            RawHttp2.Frame(RawHttp2.HeadersFrame, RawHttp2.EndHeaders | RawHttp2.EndStream, 3, RawHttp2.Block("GET", "/v1/secret/a", ("x-vault-token", Http2Server.Root))));
        var read = await http.ReadUntilAsync(RawHttp2.Data, 3);

        Assert.Contains("\"errors\":[]", Encoding.UTF8.GetString(read!.Payload), StringComparison.Ordinal);
        await server.AssertServesAsync();
    }

    /// <summary>One header field that fills a frame of this size.</summary>
    private static byte[] Field(int number, int bytes)
    {
        var frame = RawHttp2.Block("", "", ($"x-{number}", new string('a', bytes)));
        var plain = RawHttp2.Block("", "");
        return frame[plain.Length..];
    }
}
