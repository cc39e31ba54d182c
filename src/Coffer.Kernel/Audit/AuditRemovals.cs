using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.Audit;

/// <summary>Says that audit files were removed while the server wrote to them: in the log, and for <see cref="SaidFor"/> in <c>sys/health</c>.</summary>
internal sealed class AuditRemovals(TimeProvider clock, ILogger log)
{
    public static readonly TimeSpan SaidFor = TimeSpan.FromMinutes(15);

    /// <summary>Files that are removed in a loop do not fill the log.</summary>
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private DateTimeOffset? _last;
    private DateTimeOffset? _logged;
    private string _device = "";

    /// <summary>What an operator should look at; null when no file was removed lately.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock)
            {
                return _last is { } last && clock.GetUtcNow() - last < SaidFor
                    ? $"the file of the audit device {_device} was removed while the server wrote to it, and what it held is lost: see who can remove it, and run \"audit verify\""
                    : null;
            }
        }
    }

    /// <summary>The file of a device had no name any more.</summary>
    public void Note(string device)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            (_last, _device) = (now, device);
            if (now - _logged < BetweenLines)
            {
                return;
            }

            _logged = now;
        }

        AuditDeviceLog.FileRemoved(log, device);
    }
}
