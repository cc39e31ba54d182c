using Coffer.Aws.Peers.Tests;

namespace Coffer.Walkthrough.Tests.Accounts;

/// <summary>One moto server for a class of tests, since it takes seconds to start. Each test gets it empty.</summary>
public sealed class MotoFixture : IAsyncDisposable
{
    private MotoServer? _server;

    /// <summary>Where it answers. A test that asks on a machine without moto counts as skipped and says so.</summary>
    public async Task<Uri> StartAsync()
    {
        await Peer.NeedMoto();
        _server ??= await MotoServer.StartAsync();
        using var http = new HttpClient();
        using var reply = await http.PostAsync(new Uri($"{_server.Url}/moto-api/reset"), null, Peer.Cancel);
        reply.EnsureSuccessStatusCode();
        return new Uri(_server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
