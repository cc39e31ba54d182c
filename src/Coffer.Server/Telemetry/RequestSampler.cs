using System.Diagnostics;
using Coffer.Sdk.Primitives;
using OpenTelemetry.Trace;

namespace Coffer.Server.Telemetry;

/// <summary>
/// Decides which requests are traced. The draw does not depend on what the client sends, neither on its flag nor on its trace id, so that no client can have all of
/// its requests traced; unless the configuration says that clients decide.
/// </summary>
/// <param name="ratio">Share of the requests, from 0 to 1.</param>
/// <param name="followsClient">A request with a parent is traced exactly if the parent is.</param>
/// <param name="random">What is drawn from.</param>
internal sealed class RequestSampler(double ratio, bool followsClient, IRandom random) : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.SpanId != default && (followsClient || !parent.IsRemote))
        {
            // A span within a request goes with the request.
            return new SamplingResult((parent.TraceFlags & ActivityTraceFlags.Recorded) != 0);
        }

        Span<byte> drawn = stackalloc byte[sizeof(uint)];
        random.Fill(drawn);
        return new SamplingResult(BitConverter.ToUInt32(drawn) < ratio * (uint.MaxValue + 1.0));
    }
}
