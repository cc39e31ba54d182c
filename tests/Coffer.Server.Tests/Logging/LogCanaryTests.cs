using System.Net;
using System.Text;
using Coffer.Audit.Devices;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Logging;
using Coffer.Server.Tests.Http;
using Coffer.Testing;
using Microsoft.Extensions.Logging;

namespace Coffer.Server.Tests.Logging;

/// <summary>A marker is put wherever a client can put a secret; everything the server writes is then searched for it.</summary>
public sealed class LogCanaryTests : IDisposable
{
    private const string Marker = "canary7f3a";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coffer-canary-");
    private readonly StringWriter _console = new();
    private readonly IPEndPoint _address = ReservedPort.ForThisProcess();

    public void Dispose()
    {
        _console.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_that_a_client_sends_as_a_secret_stands_in_any_output(bool json)
    {
        var logFile = Path.Combine(_folder.FullName, "server.log");
        var audit = Path.Combine(_folder.FullName, "audit");
        using var log = new ServerLog(new LogOptions { Level = LogLevel.Trace, Json = json, File = logFile }, _console, TimeProvider.System);
        var options = new ServerOptions
        {
            Storage = StorageOptions.InMemory,
            Listeners = [new ListenerOptions { Address = _address, RequestBytesMax = 64 * 1024 }],
            Audit = new AuditBounds { ApiMayCreate = true, Folder = audit },
            Loggers = log,
        };
        await using (var server = await CofferServer.StartAsync(options, TimeProvider.System, SystemRandom.Instance, TestContext.Current.CancellationToken))
        {
            await OpenAsync(server);
            await SendAsync("POST", "sys/audit/file", $$$"""{"type":"file","options":{"file_path":"{{{audit}}}/a.log"}}""");
            await LoadAsync();
            server.Reload();

            // A device that cannot record: every request fails from here on, and each failure is told.
            Directory.Move(audit, audit + "-moved");
            await File.WriteAllTextAsync(audit, "", TestContext.Current.CancellationToken);
            server.Reload();
            await LoadAsync();
            await server.Kernel.SealAsync();
            await LoadAsync();
        }

        var told = _console.ToString();
        Assert.All(
            (string[])["the server starts", "the server listens", "the store is initialized", "the server is unsealed", "an engine is mounted", "an engine is moved",
                "an engine is unmounted", "an audit device is enabled", "no audit device could record a request", "the keyring has a new key", "the server is sealed"],
            what => Assert.Contains(what, told, StringComparison.Ordinal));
        Assert.DoesNotContain(Marker, told, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Marker, await File.ReadAllTextAsync(logFile, TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);

        // Paths are not hashed there, as in Vault: so only what is below data and in tokens is searched for.
        var entries = await File.ReadAllTextAsync(Path.Combine(audit + "-moved", "a.log"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Marker + "-value", entries, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task OpenAsync(CofferServer server)
    {
        await server.OpenAsync(mount: null, TestContext.Current.CancellationToken);
    }

    private async Task LoadAsync()
    {
        await SendAsync("POST", $"secret/{Marker}", $$"""{"{{Marker}}":"{{Marker}}-value"}""");
        await SendAsync("GET", $"secret/{Marker}");
        await SendAsync("LIST", $"secret/{Marker}/");
        await SendAsync("GET", $"nowhere/{Marker}?{Marker}={Marker}");
        await SendAsync("GET", "secret/a", token: $"hvs.{Marker}-value");
        await SendAsync("GET", $"secret/{Marker}/../{Marker}");
        await SendAsync("POST", "secret/a", $$"""{"a":"{{Marker}}-value""");
        await SendAsync("POST", "secret/a", $$"""{"a":"{{Marker}}-value","a":1}""");
        await SendAsync("POST", "secret/a", $$"""{"a":"{{Marker}}{{new string('x', 80 * 1024)}}"}""");
        await SendAsync("POST", "sys/mounts/x", $$"""{"type":"{{Marker}}"}""");
        await SendAsync("POST", "sys/mounts/ok", """{"type":"kv"}""");
        await SendAsync("POST", "sys/remount", """{"from":"ok","to":"moved"}""");
        await SendAsync("DELETE", "sys/mounts/moved");
        await SendAsync("POST", "sys/rotate");
        await SendAsync("POST", "sys/auth/userpass", """{"type":"userpass"}""");
        await SendAsync("POST", $"auth/userpass/login/{Marker}", $$"""{"password":"{{Marker}}-value"}""");
        await SendAsync("POST", "sys/unseal", $$"""{"key":"{{Marker}}-value"}""");
        await SendAsync("POST", "sys/wrapping/unwrap", $$"""{"token":"{{Marker}}-value"}""");
        await RawHttp.SendAsync(_address, Encoding.ASCII.GetBytes($"{Marker} /v1/{Marker} HTTP/9.9\r\n{Marker}\r\n\r\n"));
        await RawHttp.SendAsync(_address, Encoding.ASCII.GetBytes($"GET /v1/{Marker} HTTP/1.1\r\nHost: x\r\n{Marker}\u0001: {Marker}\r\n\r\n"));
    }

    private Task<RawReply> SendAsync(string method, string path, string body = "", string token = "root") => RawHttp.SendAsync(
        _address,
        Encoding.Latin1.GetBytes($"{method} /v1/{path} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: {token}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
}
