using System.Net;
using System.Net.Sockets;
using Coffer.AwsSandbox;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Terminal;
using Coffer.Server;
using Coffer.Server.Logging;

namespace Coffer.Cli.Demo;

/// <summary>Starts the server that the demo shows, and keeps it up afterwards.</summary>
internal static class DemoHook
{
    private const int UsualPort = 8200;
    private const int StartTries = 4;

    public static async Task<int> RunAsync(bool exit, ICliConsole console, CancellationToken cancellation)
    {
        var page = new DemoPage(console);
        using var log = new ServerLog(LogOptions.OfWarnings, console.Error, TimeProvider.System);
        try
        {
            await using var account = await SandboxAccount.StartAsync(cancellation: cancellation);
            await using var server = await StartAsync(log, cancellation);
            Introduce(page, server, account);
            await new DemoTour(console, page, server, account).RunAsync(cancellation);
            if (exit)
            {
                return 0;
            }

            HandOver(page, server, account);
            await WaitAsync(cancellation);
            page.Passing("");
            return 0;
        }
        catch (DemoFault fault)
        {
            throw CliException.Local($"Error: the demo went wrong: {fault.Message}");
        }
        catch (IOException error)
        {
            throw CliException.Local($"Error: the server cannot start: {error.Message}");
        }
    }

    /// <summary>Starts it at the usual port, or at another one where that is taken.</summary>
    private static async Task<DevServer> StartAsync(ServerLog log, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var port = tries == 1 && IsFree(UsualPort) ? UsualPort : FreePort();
            var options = new DevServerOptions(new IPEndPoint(IPAddress.Loopback, port), "", KvVersion1: false, TokenFile: null);
            try
            {
                return await DevServer.StartLoggedAsync(options, log, cancellation);
            }
            catch (IOException) when (tries < StartTries)
            {
                // Another program took the port between the look at it and the start.
            }
        }
    }

    private static void Introduce(DemoPage page, DevServer server, SandboxAccount account)
    {
        page.Title("Coffer: AWS credentials that expire by themselves");
        page.Words("A development server is up, and beside it an AWS account of its own. Nothing leaves this machine.");
        page.Words($"Coffer         http://{server.Address}\nAWS account    {account.Url}");
        if (server.Address.Port != UsualPort)
        {
            page.Words($"Port {UsualPort} is taken, so the server is at {server.Address.Port} this time.");
        }
    }

    private static void HandOver(DemoPage page, DevServer server, SandboxAccount account)
    {
        var (keyId, secret) = account.AdminKey;
        page.Heading("Go on by hand");
        page.Words(
            $"""
            The server stays up until Ctrl-C. In another terminal:

                alias coffer='{Environment.ProcessPath}'
                alias vault=coffer
                export VAULT_ADDR='http://{server.Address}'
                export VAULT_TOKEN='{server.RootToken}'

                vault status
                vault read aws/creds/{DemoTour.Role}
                vault list sys/leases/lookup/aws/creds/{DemoTour.Role}
                vault lease revoke -prefix aws/creds/{DemoTour.Role}
                vault kv put secret/app password=s3cret
                vault kv get secret/app
                vault path-help aws

            The AWS CLI, if you have it, sees the account as well:

                export AWS_ENDPOINT_URL='{account.Url}' AWS_DEFAULT_REGION=us-east-1
                export AWS_ACCESS_KEY_ID={keyId}
                export AWS_SECRET_ACCESS_KEY='{secret}'

                aws iam list-users
                aws s3 ls s3://{DemoTour.Bucket}
            """);
    }

    private static async Task WaitAsync(CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }

    private static bool IsFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        try
        {
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
