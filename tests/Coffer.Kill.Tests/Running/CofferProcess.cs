using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Coffer.Testing;

namespace Coffer.Kill.Tests.Running;

/// <summary>A server as a process of its own, on data that outlives it. Killed with SIGKILL, never asked to stop.</summary>
/// <param name="commits">It takes orders to kill itself at a commit.</param>
/// <param name="lateCallTime">How long it looks for what a call that got no answer may have made.</param>
internal sealed class CofferProcess(bool commits, TimeSpan lateCallTime) : IAsyncDisposable
{
    private const int LinesKept = 60;
    private static readonly TimeSpan ExitMax = TimeSpan.FromMinutes(3);
    private static readonly string[] Hidden = ["VAULT_", "COFFER_", "AWS_", "SKIP_SETCAP"];

    private readonly ConcurrentQueue<string> _output = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("coffer-kill-").FullName;
    private TaskCompletionSource _armed = new();
    private Process? _process;
    private readonly ReservedPort _port = new();

    public Uri Address => new($"http://{_port.EndPoint}");

    /// <summary>The file of the store.</summary>
    public string Database => Path.Combine(_folder, "data", "coffer.db");

    /// <summary>What the process wrote last.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>The program: <c>COFFER_KILL_PROGRAM</c>, or the one that was built with these tests.</summary>
    private static string Program { get; } = Environment.GetEnvironmentVariable("COFFER_KILL_PROGRAM") is { Length: > 0 } chosen
        ? chosen
        : Path.Combine(AppContext.BaseDirectory, "coffer");

    private static string Host { get; } = Path.Combine(AppContext.BaseDirectory, "Coffer.Kill.Host");

    private bool HasExited => _process is null || _process.HasExited;

    /// <summary>Starts it and waits until it listens; sealed.</summary>
    public async Task LaunchAsync(CancellationToken cancellation)
    {
        Start();
        if (!await ListensAsync(cancellation))
        {
            throw new InvalidOperationException($"the server ended with exit code {_process?.ExitCode}:\n{Output}");
        }
    }

    /// <summary>Starts it and does not wait for anything.</summary>
    public void Start()
    {
        _process?.Dispose();
        var start = new ProcessStartInfo(commits ? Host : Program, commits ? [WriteConfiguration()] : ["server", $"-config={WriteConfiguration()}"])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => Hidden.Any(name.StartsWith)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = _folder;

        // A runtime that is killed leaves the sockets of its diagnostics behind: here they go with the folder.
        start.Environment["TMPDIR"] = _folder;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Kills it and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process?.Kill();
        await GoneAsync();
    }

    /// <summary>Waits until it has died of SIGKILL, from outside or by its own hand.</summary>
    public async Task GoneAsync()
    {
        if (_process is { } process)
        {
            using var limit = new CancellationTokenSource(ExitMax);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 128 + 9, $"the server ended by itself with {process.ExitCode}:\n{Output}");
        }
    }

    /// <summary>Lets the process kill itself at a commit from now on.</summary>
    public async Task ArmAsync(int commit, KillMoment moment, CancellationToken cancellation)
    {
        _armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var orders = _process?.StandardInput ?? throw new InvalidOperationException("it is not running");
        await orders.WriteLineAsync($"{moment} {commit.ToString(CultureInfo.InvariantCulture)}".AsMemory(), cancellation);
        await orders.FlushAsync(cancellation);
        await _armed.Task.WaitAsync(ExitMax, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _port.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <returns>False when it ended instead.</returns>
    private async Task<bool> ListensAsync(CancellationToken cancellation)
    {
        while (!HasExited)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(_port.EndPoint, cancellation);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(2, cancellation);
            }
        }

        return false;
    }

    private string WriteConfiguration()
    {
        var file = Path.Combine(_folder, "config.hcl");
        File.WriteAllText(file, $$"""
            storage "file" {
              path = "{{_folder}}/data"
            }
            late_call_time = "{{lateCallTime.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}s"
            listener "tcp" {
              address     = "{{_port.EndPoint}}"
              tls_disable = 1
            }
            """);
        return file;
    }

    private void Keep(string? line)
    {
        if (line == "armed")
        {
            _armed.TrySetResult();
        }
        else if (line is not null)
        {
            _output.Enqueue(line);
            while (_output.Count > LinesKept && _output.TryDequeue(out _))
            {
            }
        }
    }
}
