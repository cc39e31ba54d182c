using System.Collections.Concurrent;
using Coffer.Kernel.Requests;

namespace Coffer.Kernel.Telemetry;

/// <summary>The requests that have come and are not answered yet: as many as the server takes at once, so memory is bounded by that.</summary>
public sealed class RunningRequests
{
    private readonly ConcurrentDictionary<string, RunningRequest> _running = new(StringComparer.Ordinal);

    /// <summary>The longest-running first.</summary>
    public IEnumerable<RunningRequest> All => _running.Values.OrderBy(running => running.StartTime).ThenBy(running => running.Request.Id, StringComparer.Ordinal);

    internal RunningRequest Begin(ApiRequest request, DateTimeOffset now)
    {
        var running = new RunningRequest(request, now);
        _running[request.Id] = running;
        return running;
    }

    internal void End(RunningRequest running) => _running.TryRemove(running.Request.Id, out _);
}
