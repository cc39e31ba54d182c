using System.Collections.Concurrent;
using Coffer.Kernel.Requests;

namespace Coffer.Kernel.Telemetry;

/// <summary>The requests that have come and are not answered yet: as many as the server takes at once, so memory is bounded by that.</summary>
public sealed class RunningRequests
{
    private readonly ConcurrentDictionary<string, RunningRequest> _running = new(StringComparer.Ordinal);

    /// <summary>The longest-running first.</summary>
    public IEnumerable<RunningRequest> All => _running.Values.OrderBy(running => running.StartTime).ThenBy(running => running.Request.Id, StringComparer.Ordinal);

    internal void Begin(ApiRequest request, DateTimeOffset now) => _running[request.Id] = new RunningRequest(request, now);

    internal void End(ApiRequest request) => _running.TryRemove(request.Id, out _);
}

/// <summary>A request and when it came.</summary>
public sealed record RunningRequest(ApiRequest Request, DateTimeOffset StartTime);
