using System.Net;
using System.Net.Sockets;
using Coffer.Server.Http.Bodies;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Http;

/// <summary>
/// Opens the listening sockets of Kestrel. Its own transport asks the system again at once when that has no file descriptor left, and keeps a core busy
/// with it.
/// </summary>
internal sealed class SocketListeners(ILoggerFactory kestrel, ILogger log, TimeProvider clock) : IConnectionListenerFactory
{
    private readonly SocketTransportOptions _options = new();

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket? socket = null;
        try
        {
            socket = _options.CreateBoundListenSocket(endpoint);
            socket.Listen(_options.Backlog);
            var options = new SocketConnectionFactoryOptions { MaxReadBufferSize = BodyLimits.ReadAheadBytes };
            var connections = new SocketConnectionContextFactory(options, kestrel.CreateLogger("connections"));
            return ValueTask.FromResult<IConnectionListener>(new Listener(socket, connections, clock, log));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket?.Dispose();
            throw new AddressInUseException(error.Message, error);
        }
    }

    private sealed class Listener : IConnectionListener
    {
        private readonly Socket _socket;
        private readonly SocketConnectionContextFactory _connections;
        private readonly CancellationTokenSource _unbound = new();
        private readonly AcceptLoop _loop;

        public Listener(Socket socket, SocketConnectionContextFactory connections, TimeProvider clock, ILogger log)
        {
            (_socket, _connections) = (socket, connections);
            _loop = new AcceptLoop(socket.AcceptAsync, clock, log);
            EndPoint = socket.LocalEndPoint!;
        }

        public EndPoint EndPoint { get; }

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
            if (await _loop.NextAsync(either.Token) is not { } accepted)
            {
                return null;
            }

            if (accepted.LocalEndPoint is IPEndPoint)
            {
                accepted.NoDelay = true;
            }

            return _connections.Create(accepted);
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _unbound.CancelAsync();
            _socket.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            _socket.Dispose();
            _connections.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
