using System.Globalization;
using Coffer.Kernel.Logging;

namespace Coffer.Kernel.Revocation;

/// <summary>Says in the log when a mount falls behind, every few minutes while it is behind, and when it has caught up.</summary>
internal sealed class LateReport(RevocationLanes lanes, TimeProvider clock, Action<LogLine> onEvent)
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
            onEvent(new LogLine(LogLevel.Warn, "leases are ended late") { Logger = LogLine.Expiration }
                .With("mount_uuid", mount.MountUuid)
                .With("late", $"{mount.Count}{(mount.HasMore ? " and more" : "")}")
                .With("late_by_seconds", ((long)mount.By.TotalSeconds).ToString(CultureInfo.InvariantCulture))
                .With("in_flight", mount.InFlight.ToString(CultureInfo.InvariantCulture)));
        }

        foreach (var mount in _said.Keys.Except(late.Select(mount => mount.MountUuid), StringComparer.Ordinal).ToArray())
        {
            _said.Remove(mount);
            onEvent(new LogLine(LogLevel.Info, "leases are ended in time again") { Logger = LogLine.Expiration }.With("mount_uuid", mount));
        }
    }
}
