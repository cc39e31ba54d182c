using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Http;

/// <summary>Takes the connections of one listening socket. Where the system gives none, for want of file descriptors or memory, it waits longer each time.</summary>
/// <param name="accept">Takes the next connection from the system.</param>
internal sealed class AcceptLoop(Func<CancellationToken, ValueTask<Socket>> accept, TimeProvider clock, ILogger log)
{
    /// <summary>The first wait; it doubles up to <see cref="PauseMax"/>.</summary>
    public static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(10);

    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private TimeSpan _pause = PauseMin;
    private long? _said;

    /// <summary>The next connection; null when the socket was closed.</summary>
    public async ValueTask<Socket?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var socket = await accept(cancellation);
                _pause = PauseMin;
                return socket;
            }
            catch (Exception error) when (error is ObjectDisposedException or OperationCanceledException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // That client has gone; the next one may be there.
            }
            catch (SocketException error)
            {
                Say(error);
                if (!await PauseAsync(cancellation))
                {
                    return null;
                }
            }
        }
    }

    private async ValueTask<bool> PauseAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(_pause, clock, cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        _pause = TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, PauseMax.Ticks));
        return true;
    }

    private void Say(SocketException error)
    {
        if (_said is { } said && clock.GetElapsedTime(said) < BetweenLines)
        {
            return;
        }

        _said = clock.GetTimestamp();
        ListenerLog.NoConnections(log, error.SocketErrorCode.ToString());
    }
}
