using System.Net.Sockets;
using Coffer.Testing;

namespace Coffer.Server.Tests.Http;

public sealed class ReservedPortTests
{
    [Fact]
    public void A_reserved_port_goes_to_who_asks_for_it_again_and_again_and_refuses_in_between()
    {
        using var port = new ReservedPort();
        for (var i = 0; i < 2; i++)
        {
            using (var listener = new TcpListener(port.EndPoint))
            {
                listener.Start();
                using var client = new TcpClient();
                client.Connect(port.EndPoint);
            }

            using var late = new TcpClient();
            Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => late.Connect(port.EndPoint)).SocketErrorCode);
        }
    }
}
