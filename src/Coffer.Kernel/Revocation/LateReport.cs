using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Revocation;

/// <summary>Says in the log when a mount falls behind, every few minutes while it is behind, and when it has caught up.</summary>
internal sealed class LateReport(RevocationLanes lanes, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, DateTimeOffset> _said = new(StringComparer.Ordinal);

    /// <summary>Says what has changed.</summary>
    public void Tell()
    {
        var now = clock.GetUtcNow();
        var late = lanes.Late();
        foreach (var mount in late.Where(mount => !_said.TryGetValue(mount.MountUuid, out var said) || now - said >= SayAgainAfter))
        {
            _said[mount.MountUuid] = now;
            RevocationLog.Late(log, mount.MountUuid, $"{mount.Count}{(mount.HasMore ? " and more" : "")}", (long)mount.By.TotalSeconds, mount.InFlight);
        }

        foreach (var mount in _said.Keys.Except(late.Select(mount => mount.MountUuid), StringComparer.Ordinal).ToArray())
        {
            _said.Remove(mount);
            RevocationLog.InTimeAgain(log, mount);
        }
    }
}
