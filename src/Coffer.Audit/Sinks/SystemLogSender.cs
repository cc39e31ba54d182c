using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Coffer.Audit.Devices;

namespace Coffer.Audit.Sinks;

/// <summary>Lines to the system log of this machine, in the form that its socket takes: <c>&lt;PRI&gt;TIME TAG[PID]: LINE</c>.</summary>
internal sealed class SystemLogSender(RemoteTarget.SystemLog target, ImmutableArray<string> paths, TimeProvider clock) : ILineSender
{
    /// <summary>Severity "informational".</summary>
    private const int Severity = 6;

    private static readonly SocketType[] Kinds = [SocketType.Dgram, SocketType.Stream];

    private SocketSender? _open;
    private bool _isStream;

    public int LineBytesMax => 65_000;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancellation)
    {
        if (_open is not null)
        {
            await _open.SendAsync(Framed(line, _isStream), cancellation);
            return;
        }

        List<string> reasons = [];
        foreach (var path in paths.Where(File.Exists))
        {
            foreach (var kind in Kinds)
            {
                var made = new SocketSender(new UnixDomainSocketEndPoint(path), kind, target.WriteTimeout, clock);
                try
                {
                    await made.SendAsync(Framed(line, kind == SocketType.Stream), cancellation);
                    (_open, _isStream) = (made, kind == SocketType.Stream);
                    return;
                }
                catch (IOException error)
                {
                    made.Dispose();
                    reasons.Add($"{path}: {error.Message}");
                }
            }
        }

        throw new SystemLogException(reasons.Count > 0
            ? $"the system log does not take an entry: {string.Join("; ", reasons)}"
            : $"the system log does not listen at {string.Join(", ", paths)}; is a syslog daemon running?");
    }

    public void Abandon()
    {
        _open?.Dispose();
        _open = null;
    }

    public void Dispose() => Abandon();

    private byte[] Framed(ReadOnlyMemory<byte> line, bool isStream)
    {
        var time = clock.GetLocalNow().ToString("MMM d HH:mm:ss", CultureInfo.InvariantCulture);
        if (time[5] == ' ')
        {
            // The day takes two columns.
            time = time.Insert(4, " ");
        }

        var head = Encoding.UTF8.GetBytes(FormattableString.Invariant($"<{target.Facility * 8 + Severity}>{time} {target.Tag}[{Environment.ProcessId}]: "));
        return [.. head, .. isStream ? line.Span : line.Span[..^1]];
    }
}

/// <summary>The system log of this machine takes no entry. The text names the sockets of the configuration, and nothing that a client sent.</summary>
internal sealed class SystemLogException(string message) : IOException(message);
