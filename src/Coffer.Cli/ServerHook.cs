using System.Net;
using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Settings;
using Coffer.Cli.General;
using Coffer.Cli.Hooks;
using Coffer.Cli.Terminal;
using Coffer.Server;
using Coffer.Server.Logging;

namespace Coffer.Cli;

/// <summary>Starts the server for <c>coffer server</c>: the one place where the command line and the server meet.</summary>
internal static class ServerHook
{
    public static async Task<int> RunAsync(ServerCommandOptions options, TextWriter output, CancellationToken cancellation)
    {
        await using var errors = SystemConsole.StrictError();
        try
        {
            var log = new LogFlags(options.LogLevel, options.LogFormat, options.LogFile);
            if (!options.Dev)
            {
                if (options.ConfigPaths.Count > 0)
                {
                    return await ServerRunner.RunAsync(options.ConfigPaths, log, output, errors, cancellation);
                }

                await errors.WriteLineAsync("Error: nothing to start: give -config=FILE, or -dev for a development server");
                return 1;
            }

            if (!IPEndPoint.TryParse(options.DevListenAddress.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out var address))
            {
                await errors.WriteLineAsync("Error: -dev-listen-address must be an IP address and a port, such as 127.0.0.1:8200");
                return 1;
            }

            await using var sandbox = await StartSandboxAsync(options, cancellation);
            var dev = new DevServerOptions(address, options.DevRootTokenId, options.DevKvV1, options.DevNoStoreToken ? null : options.TokenFilePath)
            {
                Tls = options.DevTls ? new DevTlsOptions(options.DevTlsCertificateDirectory, options.DevTlsNames) : null,
                Notes = sandbox is null ? [] : Notes(sandbox),
            };
            dev = options.DevAuditDirectory.Length > 0 ? dev with { AuditFolder = options.DevAuditDirectory } : dev;
            return await ServerRunner.RunDevAsync(dev, log, output, errors, cancellation);
        }
        catch (IOException error)
        {
            await errors.WriteLineAsync($"Error: the server cannot start: {error.Message}");
            return 1;
        }
    }

    /// <summary>The local AWS account that was asked for; null for none. The command has checked the port.</summary>
    private static async Task<SandboxAccount?> StartSandboxAsync(ServerCommandOptions options, CancellationToken cancellation) =>
        options.DevAwsSandbox is { } text && SandboxPort.TryParse(text, out var port)
            ? await SandboxAccount.StartAsync(new SandboxOptions { Port = port }, cancellation)
            : null;

    /// <summary>The key is printed since nobody could set the engine up without it.</summary>
    private static (string Name, string Value)[] Notes(SandboxAccount sandbox) =>
    [
        ("AWS sandbox", sandbox.Url.ToString()), ("AWS access key", sandbox.AdminKey.KeyId), ("AWS secret key", sandbox.AdminKey.Secret),
    ];
}
