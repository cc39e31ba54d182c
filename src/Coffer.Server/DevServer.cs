using System.Net;
using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Visits;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Seal;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Tls;

namespace Coffer.Server;

/// <summary>A running development server with, if asked for, a local AWS account beside it.</summary>
public sealed class DevServer : IAsyncDisposable
{
    /// <summary>Folder that a development server's audit files may be made in, below the machine's temporary folder.</summary>
    private const string AuditFolder = "conform-audit";

    private readonly CofferServer _server;
    private readonly SandboxAccount? _sandbox;
    private readonly string? _temporary;

    private DevServer(DevServerOptions options, CofferServer server, SandboxAccount? sandbox, InitResult made, string authorityFile, string? temporary)
    {
        Address = options.Address;
        AuthorityFile = authorityFile;
        _temporary = temporary;
        _server = server;
        _sandbox = sandbox;
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

    /// <summary>Where the AWS account answers; null without one.</summary>
    public Uri? AwsUrl => _sandbox?.Url;

    /// <summary>The key id of <see cref="ProbeAws"/> and its secret. They open nothing but the account beside this server.</summary>
    /// <exception cref="InvalidOperationException">There is no account.</exception>
    public (string KeyId, string Secret) AwsAdminKey => (Account.ConnectionOptions().AccessKey, Account.ConnectionOptions().SecretKey);

    private SandboxAccount Account => _sandbox ?? throw new InvalidOperationException("this development server has no AWS account beside it");

    /// <summary>Starts both; the server is initialised and unsealed when this returns.</summary>
    /// <exception cref="IOException">An address cannot be bound.</exception>
    public static async Task<DevServer> StartAsync(
        DevServerOptions dev, Action<LogLine> onEvent, Action<string, Exception> onFailure, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(dev);
        SandboxAccount? sandbox = null;
        CofferServer? server = null;
        string? temporary = null;
        try
        {
            (string Authority, ListenerTlsOptions? Tls) made = ("", null);
            if (dev.Tls is { } tls)
            {
                temporary = tls.Folder.Length == 0 ? Directory.CreateTempSubdirectory("coffer-tls-").FullName : null;
                made = DevCertificate.Make(temporary ?? tls.Folder, dev.Address.Address, tls.Names, TimeProvider.System, SystemRandom.Instance);
            }

            sandbox = dev.AwsSandboxPort is { } port ? await SandboxAccount.StartAsync(new SandboxOptions { Port = port }, cancellation) : null;
            var options = new ServerOptions
            {
                Storage = new StorageOptions("inmem", ""),
                Listeners = [new ListenerOptions { Address = dev.Address, Tls = made.Tls }],
                Audit = new AuditBounds
                {
                    ApiMayCreate = true,
                    Folder = Path.Combine(Path.GetTempPath(), AuditFolder),
                    Targets = ["syslog", "tcp://127.0.0.1:*", "udp://127.0.0.1:*"],
                },
                RawStorage = true,
                OnEvent = onEvent,
                LogLevels = dev.LogLevels,
            };
            server = await CofferServer.StartAsync(options, TimeProvider.System, SystemRandom.Instance, onFailure, cancellation);
            return new DevServer(dev, server, sandbox, await OpenAsync(server, dev, cancellation), made.Authority, temporary);
        }
        catch
        {
            await DisposeAsync(server, sandbox, temporary);
            throw;
        }
    }

    /// <summary>A look at the AWS account from outside, with the account's own key.</summary>
    /// <exception cref="InvalidOperationException">There is no account.</exception>
    public AwsProbe ProbeAws() => new(Account.Url, AwsAdminKey.KeyId, AwsAdminKey.Secret, TimeProvider.System);

    public ValueTask DisposeAsync() => DisposeAsync(_server, _sandbox, _temporary);

    private static async Task<InitResult> OpenAsync(CofferServer server, DevServerOptions dev, CancellationToken cancellation)
    {
        var kv = Initialization.NewMount(SystemRandom.Instance, "secret/", "kv", MountClass.Secret, "key/value secret storage");
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

    private static async ValueTask DisposeAsync(CofferServer? server, SandboxAccount? sandbox, string? temporary)
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        if (sandbox is not null)
        {
            await sandbox.DisposeAsync();
        }

        if (temporary is not null)
        {
            Directory.Delete(temporary, recursive: true);
        }
    }
}
