using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Coffer.Testing;

namespace Coffer.Conformance.Tests.Running;

/// <summary>The program under test as a server on a port of its own, with a home, a data folder and an environment that nothing else sees.</summary>
internal sealed class ServerProcess : IServer
{
    private const string Variable = "COFFER_CONFORMANCE_PROGRAM";

    private const int LinesKept = 60;
    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopMax = TimeSpan.FromMinutes(2);
    private static readonly string[] Hidden = ["VAULT_", "COFFER_", "AWS_", "SKIP_SETCAP"];

    private readonly ConcurrentQueue<string> _output = new();
    private readonly bool _production;
    private readonly ServerFolder _folder = new();
    private readonly ReservedPort _port = new();
    private Process? _process;

    private ServerProcess(bool production) => _production = production;

    public string Address => $"http://{_port.EndPoint}";

    /// <summary>The program: <c>COFFER_CONFORMANCE_PROGRAM</c>, or the one that was built with these tests.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen
        ? chosen
        : Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "coffer.exe" : "coffer");

    /// <summary>Whether a program was chosen: then every case runs against it, in real time.</summary>
    public static bool IsChosen { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    public TimeProvider Clock => TimeProvider.System;

    public static async Task<IServer> StartAsync(bool production, CancellationToken cancellation)
    {
        var server = new ServerProcess(production);
        try
        {
            await server.LaunchAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public Task WaitAsync(TimeSpan time, CancellationToken cancellation) => Task.Delay(time, cancellation);

    public async Task RestartAsync(bool gently, CancellationToken cancellation)
    {
        await StopAsync(gently);
        await LaunchAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(gently: false);
        _port.Dispose();
        _folder.Dispose();
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        string[] arguments = _production
            ? ["server", $"-config={_folder.WriteConfiguration(_port.EndPoint)}"]
            : ["server", "-dev", "-dev-root-token-id=root", $"-dev-listen-address={_port.EndPoint}", $"-dev-audit-dir={ServerFolder.Audit}"];
        var start = new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => Hidden.Any(name.StartsWith)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = _folder.Path;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{Program} did not start");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ReadyAsync(_process, cancellation);
    }

    private async Task ReadyAsync(Process process, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < StartMax)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"the server ended with exit code {process.ExitCode}:\n{string.Join('\n', _output)}");
            }

            try
            {
                using var reply = await http.GetAsync($"{Address}/v1/sys/seal-status", cancellation);
                if (reply.IsSuccessStatusCode && (_production || !IsSealed(await reply.Content.ReadAsByteArrayAsync(cancellation))))
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, cancellation);
        }

        throw new TimeoutException($"the server was not ready after {StartMax.TotalSeconds} s:\n{string.Join('\n', _output)}");
    }

    private async Task StopAsync(bool gently)
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        using (process)
        {
            if (gently && !process.HasExited)
            {
                using var signal = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
                using var limit = new CancellationTokenSource(StopMax);
                try
                {
                    await process.WaitForExitAsync(limit.Token);
                }
                catch (OperationCanceledException)
                {
                    process.Kill(entireProcessTree: true);
                    throw new TimeoutException($"the server was still there {StopMax.TotalSeconds} s after SIGTERM:\n{string.Join('\n', _output)}");
                }
            }

            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
            while (_output.Count > LinesKept && _output.TryDequeue(out _))
            {
            }
        }
    }

    private static bool IsSealed(byte[] status)
    {
        using var document = JsonDocument.Parse(status);
        return document.RootElement.GetProperty("sealed").GetBoolean();
    }
}
