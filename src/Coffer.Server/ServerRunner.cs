using System.Runtime.InteropServices;
using Coffer.Sdk.Primitives;
using Coffer.Server.Configuration;
using Coffer.Server.Files;
using Coffer.Server.Logging;

namespace Coffer.Server;

/// <summary>Runs a server until it is to stop, and says what it did.</summary>
public static class ServerRunner
{
    /// <summary>Runs a development server.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunDevAsync(DevServerOptions dev, LogFlags flags, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        using var log = await OpenLogAsync(flags, new LogOptions(), errors);
        if (log is null)
        {
            return 1;
        }

        using var stop = new StopSignal(cancellation);
        await using var server = await DevServer.StartLoggedAsync(dev, log, stop.Token);
        await TellDevAsync(output, dev, server);
        using var reload = OnHangUp(new Reloading(server.Server, log, [], log.Levels.Configured, new Dictionary<string, string>()));
        await stop.WaitAsync();
        await output.WriteLineAsync("==> Coffer shutdown triggered");
        return 0;
    }

    /// <summary>Runs a server from configuration files.</summary>
    /// <returns>The exit code: 1 when the configuration is wrong or the server cannot start.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> configuration, LogFlags flags, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var read = ConfigurationReader.Read(configuration);
        foreach (var notice in read.Notices)
        {
            await output.WriteLineAsync($"note: {notice}");
        }

        if (read.Options is not { } options)
        {
            foreach (var problem in read.Problems)
            {
                await errors.WriteLineAsync($"Error: {problem}");
            }

            return 1;
        }

        var logFile = flags.Over(options.Log).FilePath;
        if (AuditReader.LogProblem(options.Audit.Declared, logFile, "-log-file") is { } shared)
        {
            await errors.WriteLineAsync($"Error: {shared}");
            return 1;
        }

        using var log = await OpenLogAsync(flags, options.Log, errors);
        if (log is null)
        {
            return 1;
        }

        options = options with { Loggers = log, LogLevels = log.Levels, Audit = options.Audit with { LogFile = logFile } };
        using var stop = new StopSignal(cancellation);
        if (ProcessMemory.Close() is { } open)
        {
            await output.WriteLineAsync($"note: {open}");
        }

        await using var server = await CofferServer.StartAsync(options, TimeProvider.System, SystemRandom.Instance, stop.Token);
        await output.WriteLineAsync("==> Coffer server configuration:\n");
        await TellAsync(output, "Storage", $"{options.Storage.Type.Name} {options.Storage.Path}".TrimEnd());
        foreach (var listener in options.Listeners)
        {
            await TellAsync(output, "Listener", $"{(listener.IsSocket ? "unix" : "tcp")} (addr: \"{listener.Address}\", tls: \"{(listener.Tls is null ? "disabled" : "enabled")}\")");
        }

        await TellAsync(output, "Version", CofferServer.Version);
        await output.WriteLineAsync($"\n==> Coffer server started! {await BeginAsync(server, options, stop.Token)}\n");
        await output.FlushAsync(cancellation);
        using var reload = OnHangUp(new Reloading(server, log, configuration, options.Log.Level, read.Sections));
        await stop.WaitAsync();
        await output.WriteLineAsync("==> Coffer shutdown triggered");
        return 0;
    }

    /// <summary>Unseals the server if a static key does, and says what is to be done next.</summary>
    private static async Task<string> BeginAsync(CofferServer server, ServerOptions options, CancellationToken cancellation)
    {
        if (!await server.Kernel.IsInitializedAsync(cancellation))
        {
            return "Its store is empty: set it up with `coffer operator init`.";
        }

        const string Sealed = "It is sealed: give it key shares with `coffer operator unseal`.";
        if (options.StaticKeys.Count == 0)
        {
            return Sealed;
        }

        return await server.Kernel.UnsealByStaticKeyAsync(cancellation) is { } reason ? $"{Sealed}\n    The configured key did not unseal it: {reason.TrimEnd('.')}." : "It is unsealed, by the static key of its configuration.";
    }

    private static async Task TellDevAsync(TextWriter output, DevServerOptions dev, DevServer server)
    {
        await output.WriteLineAsync("==> Coffer server configuration:\n");
        await TellAsync(output, "Api Address", server.Url);
        await TellAsync(output, "Listener", $"tcp (addr: \"{dev.Address}\", tls: \"{(dev.Tls is null ? "disabled" : "enabled")}\")");
        await TellAsync(output, "Storage", "inmem");
        await TellAsync(output, "Version", CofferServer.Version);
        foreach (var (name, value) in dev.Notes)
        {
            await TellAsync(output, name, value);
        }

        if (dev.TokenFile is not null)
        {
            await WriteTokenAsync(dev.TokenFile, server.RootToken);
        }

        var trust = server.AuthorityFile.Length > 0 ? $"\n    $ export VAULT_CACERT='{server.AuthorityFile}'" : "";
        await output.WriteLineAsync(
            $"""

            ==> Coffer server started! Log data will stream in below:

            WARNING! dev mode is enabled! Everything is kept in memory and is lost when the server stops; it starts
            unsealed, with one key. Never put real secrets into it.

            Set this in another terminal to talk to it:

                $ export VAULT_ADDR='{server.Url}'{trust}

            The unseal key and the root token, in case you want to seal and unseal it or log in again:

            Unseal Key: {server.UnsealKey}
            Root Token: {server.RootToken}

            """);
        await output.FlushAsync();
    }

    private static async Task WriteTokenAsync(string path, string token)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(token);
    }

    private static Task TellAsync(TextWriter output, string name, string value) => output.WriteLineAsync($"{name,24}: {value}");

    /// <summary>Null when a flag is wrong or the file cannot be opened, which it says.</summary>
    private static async Task<ServerLog?> OpenLogAsync(LogFlags flags, LogOptions configured, TextWriter errors)
    {
        var problems = flags.Problems().ToList();
        if (problems.Count == 0)
        {
            var options = flags.Over(configured);
            try
            {
                return new ServerLog(options, errors, TimeProvider.System);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                var key = flags.File.Length > 0 ? "-log-file" : "log_file";
                problems.Add(Path.GetDirectoryName(Path.GetFullPath(options.File)) is { } folder && !Directory.Exists(folder)
                    ? $"{key} names a file in a folder that does not exist: create the folder for the server's user, or name another file"
                    : $"{key} names a file that cannot be opened: {FileProblem.Of(error)}");
            }
        }

        foreach (var problem in problems)
        {
            await errors.WriteLineAsync($"Error: {problem}");
        }

        return null;
    }

    private static PosixSignalRegistration OnHangUp(Reloading reloading) => PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        reloading.Run();
    });

    /// <summary>Ends at Ctrl-C, SIGTERM, or when the caller cancels.</summary>
    private sealed class StopSignal : IDisposable
    {
        private readonly CancellationTokenSource _source;
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly PosixSignalRegistration _interrupt;
        private readonly PosixSignalRegistration _terminate;

        public StopSignal(CancellationToken cancellation)
        {
            _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _source.Token.Register(() => _stopped.TrySetResult());
            _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        }

        public CancellationToken Token => _source.Token;

        public Task WaitAsync() => _stopped.Task;

        public void Dispose()
        {
            _interrupt.Dispose();
            _terminate.Dispose();
            _source.Dispose();
        }

        private void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            _source.Cancel();
        }
    }
}
