using System.Diagnostics;
using System.Net.Sockets;
using Coffer.Testing;

namespace Coffer.Aws.Peers.Tests;

/// <summary>A moto server on a free port, ended with the test.</summary>
internal sealed class MotoServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ReservedPort _port;

    private MotoServer(Process process, ReservedPort port)
    {
        _process = process;
        _port = port;
    }

    public string Url => $"http://{_port.EndPoint}";

    public static async Task<MotoServer> StartAsync()
    {
        var port = new ReservedPort();
        var process = Peer.Start("moto_server", "-H", "127.0.0.1", "-p", $"{port.Number}");
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new MotoServer(process, port);
        try
        {
            await server.ReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _port.Dispose();
    }

    private async Task ReadyAsync()
    {
        for (var i = 0; i < 1800; i++)
        {
            Assert.False(_process.HasExited, "moto_server ended at once");
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(_port.EndPoint, Peer.Cancel);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100, Peer.Cancel);
            }
        }

        Assert.Fail("moto_server did not listen within three minutes");
    }
}
