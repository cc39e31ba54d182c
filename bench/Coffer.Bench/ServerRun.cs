using System.Diagnostics;
using System.Globalization;

namespace Coffer.Bench;

/// <summary>A process of ours that listens on a port of this machine.</summary>
internal sealed class ServerRun : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private ServerRun(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan FirstAnswer { get; private set; }

    /// <summary>Starts a program and waits until it answers at all.</summary>
    /// <param name="log">Where its output goes.</param>
    public static async Task<ServerRun> StartAsync(string program, string[] arguments, Uri probe, string log, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$COFFER_BENCH_LOG\" 2>&1 </dev/null", program, .. arguments]);
        start.Environment["COFFER_BENCH_LOG"] = log;
        start.Environment["HOME"] = Path.GetDirectoryName(log);
        var watch = Stopwatch.StartNew();
        var run = new ServerRun(Process.Start(start) ?? throw new BenchException($"{program} did not start"));
        while (watch.Elapsed < StartMax)
        {
            if (run._process.HasExited)
            {
                break;
            }

            try
            {
                using var reply = await http.GetAsync(probe, cancellation);
                run.FirstAnswer = watch.Elapsed;
                return run;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(2, cancellation);
            }
        }

        await run.DisposeAsync();
        throw new BenchException($"{program} did not answer at {probe}:\n{string.Join('\n', File.ReadLines(log).TakeLast(20))}");
    }

    /// <summary>SIGTERM, and the wait for the end.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
        {
            return;
        }

        using (Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]))
        {
        }

        using var limit = new CancellationTokenSource(StopMax);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new BenchException($"the server was still there {StopMax.TotalSeconds} s after SIGTERM");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
