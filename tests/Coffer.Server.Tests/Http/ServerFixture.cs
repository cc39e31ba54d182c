using System.Net;
using System.Text;
using Coffer.Kernel.Hosting;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Testing;

namespace Coffer.Server.Tests.Http;

/// <summary>A real server on a loopback port, unsealed, with kv version 1 at <c>secret/</c> and small limits.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public const string Root = "root";
    public const int BodyMax = 1024 * 1024;

    private readonly LogCollection _events = new();
    private CofferServer? _server;

    public IPEndPoint Address { get; } = ReservedPort.ForThisProcess();

    public ServerKernel Kernel => _server!.Kernel;

    /// <summary>A second listener, which shows metrics to everybody.</summary>
    public IPEndPoint OpenAddress { get; } = ReservedPort.ForThisProcess();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });

    /// <summary>Requests that ended in a way nobody had foreseen.</summary>
    public IReadOnlyCollection<string> Failures => [.. _events.Failures.Select(failure => $"{failure}")];

    public async ValueTask InitializeAsync()
    {
        var options = new ServerOptions
        {
            Storage = StorageOptions.InMemory,
            Loggers = _events,
            Listeners = [new ListenerOptions { Address = Address, RequestBytesMax = BodyMax, SlowBodyTime = TimeSpan.FromSeconds(1.1) }, new ListenerOptions { Address = OpenAddress, OpenMetrics = true }],
        };
        _server = await CofferServer.StartAsync(
            options, TimeProvider.System, SystemRandom.Instance, CancellationToken.None);
        Http.BaseAddress = new Uri($"http://{Address}");
        await _server.OpenAsync(mount: null, CancellationToken.None);
        await SendAsync("POST", "/v1/secret/kept", """{"value":"kept"}""");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A well-formed request with the root token.</summary>
    public Task<RawReply> SendAsync(string method, string target, string? body = null, string headers = "") =>
        SendBytesAsync(method, target, body is null ? [] : Encoding.UTF8.GetBytes(body), headers);

    /// <summary>As above, with any bytes as the body.</summary>
    public Task<RawReply> SendBytesAsync(string method, string target, byte[] body, string headers = "") => RawHttp.SendAsync(
        Address,
        [.. Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {Root}\r\nContent-Length: {body.Length}\r\n{headers}\r\n"), .. body]);

    /// <summary>What a request could have changed: tokens, mounts, policies, values.</summary>
    public async Task<string> StateAsync()
    {
        var text = new StringBuilder();
        foreach (var target in (string[])["auth/token/accessors", "secret", "sys/policies/acl", "sys/leases/lookup/auth/token/create"])
        {
            text.Append(Data((await SendAsync("LIST", "/v1/" + target)).Body)).Append('\n');
        }

        return text.Append(Data((await SendAsync("GET", "/v1/sys/mounts")).Body)).Append(Data((await SendAsync("GET", "/v1/secret/kept")).Body)).ToString();
    }

    /// <summary>Runs something that must change nothing and break nothing.</summary>
    public async Task UnchangedAsync(Func<Task> act, Func<Task>? cleanup = null)
    {
        var before = await StateAsync();
        var failures = Failures.Count;
        await act();
        if (cleanup is not null)
        {
            await cleanup();
        }

        Assert.Equal(before, await StateAsync());
        Assert.True(Failures.Count == failures, string.Join("\n", Failures.Skip(failures)));
        Assert.Contains("kept", (await SendAsync("GET", "/v1/secret/kept")).Body, StringComparison.Ordinal);
    }

    /// <summary>The reply without its request id.</summary>
    private static string Data(string body) => body[(body.IndexOf("\"lease_id\"", StringComparison.Ordinal) is var at && at < 0 ? 0 : at)..];
}
