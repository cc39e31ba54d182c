using System.Collections.Immutable;
using System.Diagnostics;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Telemetry;

public class RequestSpanTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = $"00-{Trace}-b7ad6b7169203331-01";

    [Fact]
    public async Task A_request_is_one_span_with_operation_mount_and_status()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var ended = new List<Activity>();
        using var listener = Listen(kernel, ended);

        (await kernel.WriteAsync("fake/items/private", """{"value":"private"}""")).Ok();
        (await kernel.ReadAsync("no-such-mount/private")).Is(404);

        Assert.Equal(["update fake", "read none"], ended.Select(span => span.DisplayName));
        Assert.All(ended, span => Assert.Equal(ActivityKind.Server, span.Kind));
        Assert.Equal(
            ["coffer.operation=update", "coffer.mount.type=fake", "coffer.mount.path=fake/", $"coffer.request.id={ended[0].GetTagItem("coffer.request.id")}", "http.response.status_code=204"],
            ended[0].TagObjects.Select(tag => $"{tag.Key}={tag.Value}"));
        Assert.Equal(404, ended[1].GetTagItem("http.response.status_code"));
        Assert.DoesNotContain(ended, span => span.TagObjects.Any(tag => $"{tag.Value}".Contains("private", StringComparison.Ordinal)) || span.DisplayName.Contains("private", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_outage_is_a_span_that_failed()
    {
        await using var kernel = await KernelHarness.StartAsync();
        var ended = new List<Activity>();
        using var listener = Listen(kernel, ended);

        await kernel.SealAsync();
        (await kernel.ReadAsync("fake/items/a")).Is(503);

        Assert.Equal((ActivityStatusCode.Error, "read none"), (ended[^1].Status, ended[^1].DisplayName));
    }

    [Theory]
    [InlineData(Trace, Parent)]
    [InlineData(null)]
    [InlineData(null, "")]
    [InlineData(null, "not-a-parent")]
    [InlineData(null, Parent, Parent)]
    [InlineData(null, "00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    public void The_parent_is_the_one_that_the_client_names_if_it_can_be_read(string? trace, params string[] headers)
    {
        using var metrics = new KernelMetrics("");
        using var listener = Listen(metrics.Activities, []);
        var request = Request() with
        {
            Headers = headers.Length == 0 ? ImmutableDictionary<string, ImmutableArray<string>>.Empty : ImmutableDictionary.CreateRange([KeyValuePair.Create("traceparent", ImmutableArray.Create(headers))]),
        };

        using var span = RequestSpan.Begin(metrics.Activities, request);

        Assert.Equal(trace is not null, span!.HasRemoteParent);
        Assert.Equal(trace is not null, span.TraceId.ToHexString() == Trace);
        Assert.Null(span.TraceStateString);
    }

    [Fact]
    public void Nothing_is_made_while_nobody_listens()
    {
        using var metrics = new KernelMetrics("");
        var request = Request();
        Assert.Null(RequestSpan.Begin(metrics.Activities, request));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(RequestSpan.Begin(metrics.Activities, request) is null);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static ActivityListener Listen(KernelHarness kernel, List<Activity> ended) => Listen(kernel.Kernel.Metrics.Activities, ended);

    private static ActivityListener Listen(ActivitySource listened, List<Activity> ended)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source == listened,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static ApiRequest Request() =>
        new() { Id = "one", Path = CanonicalPath.TryParse("kv/a", out var parsed, out var problem) ? parsed : throw new ArgumentException(problem), Operation = Operation.Read };
}
