using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Coffer.Server.Http;

/// <summary>
/// Closes a connection on which nothing comes. Kestrel gives a connection that has not sent its first byte as long as one between two requests, which is
/// minutes; nobody who means to ask something needs more than the headers may take.
/// </summary>
internal static class FirstBytes
{
    /// <param name="time">How long the first byte may take, after the handshake where there is TLS.</param>
    public static Func<ConnectionDelegate, ConnectionDelegate> Within(TimeSpan time) => next => async connection =>
    {
        if (await HaveComeAsync(connection, time))
        {
            await next(connection);
        }
    };

    private static async ValueTask<bool> HaveComeAsync(ConnectionContext connection, TimeSpan time)
    {
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, stopping);
        late.CancelAfter(time);
        try
        {
            var input = connection.Transport.Input;
            var read = await input.ReadAsync(late.Token);

            // Neither taken nor looked at: the next to read gets them at once.
            input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // Too late, or gone, or the server stops: there is nobody to tell.
            return false;
        }
    }
}
