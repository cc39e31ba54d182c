using System.Diagnostics;
using Coffer.Sdk.Primitives;
using Coffer.Server.Telemetry;
using OpenTelemetry.Trace;

namespace Coffer.Server.Tests.Telemetry;

public class RequestSamplerTests
{
    [Theory]
    [InlineData(0, 0x00, false)]
    [InlineData(1, 0xFF, true)]
    [InlineData(0.5, 0x7F, true)]
    [InlineData(0.5, 0x80, false)]
    public void A_request_is_traced_when_the_draw_is_below_the_ratio(double ratio, byte drawn, bool isTraced) =>
        Assert.Equal(isTraced, IsTraced(new RequestSampler(ratio, followsClient: false, new Always(drawn)), default));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_client_says_counts_only_where_the_configuration_says_so(bool clientTraces)
    {
        var client = Context(clientTraces, isRemote: true);

        Assert.False(IsTraced(new RequestSampler(0, followsClient: false, new Always(0)), client));
        Assert.True(IsTraced(new RequestSampler(1, followsClient: false, new Always(0)), client));
        Assert.Equal(clientTraces, IsTraced(new RequestSampler(0, followsClient: true, new Always(0)), client));
        Assert.Equal(clientTraces, IsTraced(new RequestSampler(1, followsClient: true, new Always(0)), client));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_belongs_to_a_request_is_traced_exactly_if_the_request_is(bool requestIsTraced)
    {
        var request = Context(requestIsTraced, isRemote: false);

        Assert.Equal(requestIsTraced, IsTraced(new RequestSampler(0, followsClient: false, new Always(0)), request));
        Assert.Equal(requestIsTraced, IsTraced(new RequestSampler(1, followsClient: false, new Always(0)), request));
    }

    private static bool IsTraced(RequestSampler sampler, ActivityContext parent) => sampler.ShouldSample(
        new SamplingParameters(parent, ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"), "request", ActivityKind.Server)).Decision == SamplingDecision.RecordAndSample;

    private static ActivityContext Context(bool isRecorded, bool isRemote) => new(
        ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"),
        ActivitySpanId.CreateFromString("b7ad6b7169203331"),
        isRecorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None,
        traceState: null,
        isRemote);

    private sealed class Always(byte value) : IRandom
    {
        public void Fill(Span<byte> bytes) => bytes.Fill(value);
    }
}
