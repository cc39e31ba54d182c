using Microsoft.AspNetCore.Connections;

namespace Coffer.Server.Http;

/// <summary>The place of one connection among those of its listener. What it holds is changed under the lock of its <see cref="ConnectionPlaces"/>.</summary>
internal sealed class ConnectionPlace(ConnectionPlaces places, ConnectionContext? connection)
{
    /// <summary>Requests of it that run.</summary>
    public int Running { get; set; }

    /// <summary>Where it is among those without a request; null while it has one, or has no place.</summary>
    public LinkedListNode<ConnectionPlace>? Idle { get; set; }

    /// <summary>It has given up its place, or another connection was given it.</summary>
    public bool HasLeft { get; set; }

    public void Begin() => places.Begin(this);

    public void End() => places.End(this);

    public void Close() => connection?.Abort(new ConnectionAbortedException("the place of this idle connection was needed"));
}
