using System.Diagnostics;
using System.Net;
using Coffer.Outbound;
using Coffer.Server.Outbound;

namespace Coffer.Server.Tests.Telemetry;

public sealed class SpanHandlerTests : IDisposable
{
    private readonly ActivitySource _source = new(nameof(SpanHandlerTests));
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public SpanHandlerTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source == _source,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    [Fact]
    public async Task A_call_within_a_traced_request_is_a_span_below_it_that_says_host_and_status_and_no_path()
    {
        using var client = new HttpClient(new SpanHandler(new Answering(HttpStatusCode.NotFound)));
        using (var request = _source.StartActivity("request"))
        {
            using var answer = await client.GetAsync(new Uri("http://outside.test/private?private=1"), TestContext.Current.CancellationToken);
        }

        Assert.Equal(["outbound call", "request"], _ended.Select(span => span.OperationName));
        Assert.Equal(_ended[1].SpanId, _ended[0].ParentSpanId);
        Assert.Equal([new("http.request.method", "GET"), new("server.address", "outside.test"), new("http.response.status_code", 404)], _ended[0].TagObjects);
    }

    [Fact]
    public async Task A_call_that_fails_is_a_span_that_says_so()
    {
        using var client = new HttpClient(new SpanHandler(new Answering(status: null)));
        using (var request = _source.StartActivity("request"))
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("http://outside.test/"), TestContext.Current.CancellationToken));
        }

        Assert.Equal(ActivityStatusCode.Error, _ended[0].Status);
    }

    [Fact]
    public async Task A_call_without_a_traced_request_is_no_span()
    {
        using var client = new HttpClient(new SpanHandler(new Answering(HttpStatusCode.OK)));

        using var answer = await client.GetAsync(new Uri("http://outside.test/"), TestContext.Current.CancellationToken);

        Assert.Empty(_ended);
    }

    [Fact]
    public async Task A_call_of_work_that_outlives_its_request_is_no_span()
    {
        using var client = new HttpClient(new SpanHandler(new Answering(HttpStatusCode.OK)));
        var goesOn = new TaskCompletionSource();
        Task work;
        using (var request = _source.StartActivity("request"))
        {
            work = WorkAsync();
        }

        goesOn.SetResult();
        await work;

        Assert.Equal("request", Assert.Single(_ended).OperationName);

        async Task WorkAsync()
        {
            await goesOn.Task;
            using var answer = await client.GetAsync(new Uri("http://outside.test/"), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Nothing_of_the_trace_is_sent_to_an_outside_system()
    {
        await using var outside = await Collector.StartAsync();
        using var client = new HttpClient(new SpanHandler(OutboundHttp.CreateHandler(_ => null, new AddressGuard(allowsLinkLocal: false), tls: null)));
        using (var request = _source.StartActivity("request"))
        {
            using var answer = await client.GetAsync(outside.Address, TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, _ended.Count);
        Assert.DoesNotContain("traceparent", Assert.Single(outside.All).Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    private sealed class Answering(HttpStatusCode? status) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            status is { } code ? Task.FromResult(new HttpResponseMessage(code)) : Task.FromException<HttpResponseMessage>(new HttpRequestException("away"));
    }
}
