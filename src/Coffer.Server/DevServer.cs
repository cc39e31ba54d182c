using System.Net;
using Coffer.Audit.Devices;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Logging;
using Coffer.Server.Tls;
using Microsoft.Extensions.Logging;

namespace Coffer.Server;

/// <summary>A running development server.</summary>
public sealed class DevServer : IAsyncDisposable
{
    private readonly CofferServer _server;
    private readonly string? _temporary;

    private DevServer(DevServerOptions options, CofferServer server, InitResult made, string authorityFile, string? temporary)
    {
        Address = options.Address;
        AuthorityFile = authorityFile;
        _temporary = temporary;
        _server = server;
        RootToken = made.RootToken;
        UnsealKey = Convert.ToBase64String(made.Shares[0]);
    }

    /// <summary>The server itself.</summary>
    public CofferServer Server => _server;

    public IPEndPoint Address { get; }

    /// <summary>The certificate that clients must trust; empty for plain HTTP.</summary>
    public string AuthorityFile { get; }

    /// <summary>Such as <c>http://127.0.0.1:8200</c>.</summary>
    public string Url => $"{(AuthorityFile.Length > 0 ? "https" : "http")}://{Address}";

    public string RootToken { get; }

    /// <summary>The one key share, in base64.</summary>
    public string UnsealKey { get; }

    /// <summary>Starts it with everything it says going to a log. As <see cref="StartAsync"/>.</summary>
    /// <exception cref="IOException">Its address cannot be bound.</exception>
    public static Task<DevServer> StartLoggedAsync(DevServerOptions dev, ServerLog log, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(dev);
        ArgumentNullException.ThrowIfNull(log);
        return StartAsync(dev with { LogLevels = log.Levels }, log, cancellation);
    }

    /// <summary>Starts it; it is initialised and unsealed when this returns.</summary>
    /// <exception cref="IOException">Its address cannot be bound.</exception>
    public static async Task<DevServer> StartAsync(
        DevServerOptions dev, ILoggerFactory loggers, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(dev);
        CofferServer? server = null;
        string? temporary = null;
        try
        {
            (string Authority, ListenerTlsOptions? Tls) made = ("", null);
            if (dev.Tls is { } tls)
            {
                temporary = tls.Folder.Length == 0 ? Directory.CreateTempSubdirectory("coffer-tls-").FullName : null;
                made = DevCertificate.Make(temporary ?? tls.Folder, dev.Address.Address, tls.Names, dev.Clock, SystemRandom.Instance);
            }

            var options = new ServerOptions
            {
                Storage = StorageOptions.InMemory,
                Listeners = [new ListenerOptions { Address = dev.Address, Tls = made.Tls }],
                Audit = new AuditBounds
                {
                    ApiMayCreate = true,
                    Folder = dev.AuditFolder,
                    Targets = ["syslog", "tcp://127.0.0.1:*", "udp://127.0.0.1:*"],
                },
                RawStorage = true,
                Loggers = loggers,
                LogLevels = dev.LogLevels,
            };
            server = await CofferServer.StartAsync(options, dev.Clock, SystemRandom.Instance, cancellation);
            return new DevServer(dev, server, await OpenAsync(server, dev, cancellation), made.Authority, temporary);
        }
        catch
        {
            await DisposeAsync(server, temporary);
            throw;
        }
    }

    public ValueTask DisposeAsync() => DisposeAsync(_server, _temporary);

    private static async Task<InitResult> OpenAsync(CofferServer server, DevServerOptions dev, CancellationToken cancellation)
    {
        var kv = MountEntry.New(SystemRandom.Instance, "secret/", "kv", MountClass.Secret, "key/value secret storage");
        var made = await server.Kernel.InitializeAsync(
            new InitRequest(1, 1)
            {
                RootToken = dev.RootToken.Length > 0 ? dev.RootToken : null,
                Mounts = [kv with { Options = kv.Options.SetItem("version", dev.KvVersion1 ? "1" : "2"), HasOptions = true }],
            },
            cancellation);
        await server.Kernel.UnsealAsync(Convert.ToHexStringLower(made!.Shares[0]), cancellation);
        return made;
    }

    private static async ValueTask DisposeAsync(CofferServer? server, string? temporary)
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        if (temporary is not null)
        {
            Directory.Delete(temporary, recursive: true);
        }
    }
}
