using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Http;

/// <summary>
/// The connections that a listener has at once. When all places are taken, a new connection gets that of the one that has been without a request for the
/// longest: otherwise anyone who opens enough of them, and asks nothing more, keeps everybody out.
/// </summary>
/// <param name="max">How many; null for any number.</param>
/// <param name="log">Gets one line per <see cref="ReportedEvery"/> for all refused connections together, so that a flood of them does not fill the log.</param>
internal sealed class ConnectionPlaces(long? max, ILogger log, TimeProvider clock)
{
    internal static readonly TimeSpan ReportedEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionPlace> _idle = new();
    private long _taken;
    private long _refused;
    private long? _reportedAt;

    /// <summary>Lets a connection in before anything is read from it.</summary>
    public Func<ConnectionDelegate, ConnectionDelegate> Admit() => next => async connection =>
    {
        var place = new ConnectionPlace(this, connection);
        if (!TryEnter(place, out var leaves))
        {
            Refused();
            connection.Abort(new ConnectionAbortedException("all connections are in use"));
            return;
        }

        leaves?.Close();
        connection.Features.Set(place);
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(place);
        }
    };

    /// <param name="leaves">The one whose place it gets; to be closed.</param>
    public bool TryEnter(ConnectionPlace place, out ConnectionPlace? leaves)
    {
        leaves = null;
        lock (_lock)
        {
            if (_taken >= max)
            {
                if (_idle.First is not { } longest)
                {
                    return false;
                }

                leaves = longest.Value;
                Release(leaves);
            }

            _taken++;
            place.Idle = _idle.AddLast(place);
            return true;
        }
    }

    public void Leave(ConnectionPlace place)
    {
        lock (_lock)
        {
            Release(place);
        }
    }

    /// <summary>A request of it begins; HTTP/2 has several at once.</summary>
    public void Begin(ConnectionPlace place)
    {
        lock (_lock)
        {
            if (place.Running++ == 0 && place.Idle is { } idle)
            {
                _idle.Remove(idle);
                place.Idle = null;
            }
        }
    }

    /// <summary>A request of it has ended; from the last on it is idle.</summary>
    public void End(ConnectionPlace place)
    {
        lock (_lock)
        {
            if (--place.Running == 0 && !place.HasLeft)
            {
                place.Idle = _idle.AddLast(place);
            }
        }
    }

    /// <summary>A connection found no place.</summary>
    internal void Refused()
    {
        long refused;
        lock (_lock)
        {
            _refused++;
            if (_reportedAt is { } before && clock.GetElapsedTime(before) < ReportedEvery)
            {
                return;
            }

            _reportedAt = clock.GetTimestamp();
            refused = _refused;
            _refused = 0;
        }

        ListenerLog.NoPlace(log, refused);
    }

    private void Release(ConnectionPlace place)
    {
        if (place.HasLeft)
        {
            return;
        }

        place.HasLeft = true;
        _taken--;
        if (place.Idle is { } idle)
        {
            _idle.Remove(idle);
            place.Idle = null;
        }
    }
}
