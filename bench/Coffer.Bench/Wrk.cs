using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Coffer.Bench;

/// <summary>Runs wrk, with a script written for the load.</summary>
internal sealed class Wrk(string folder, int connections)
{
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1);

    public static void Require()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        if (!path.Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, "wrk"))))
        {
            throw new BenchException("wrk is not there; on Debian: apt-get install wrk");
        }
    }

    /// <summary>Drives the server for the time given, after a short while that does not count.</summary>
    public async Task<Measurement> MeasureAsync(Subject subject, Load load, TimeSpan duration, CancellationToken cancellation)
    {
        var script = Path.Combine(folder, $"{load.Name}.lua");
        await File.WriteAllTextAsync(script, Script(load, subject.Token), cancellation);
        await RunAsync(subject.Address, script, Warmup, cancellation);

        var before = ProcessUse.Of(subject.ProcessId);
        var summary = await RunAsync(subject.Address, script, duration, cancellation);
        var after = ProcessUse.Of(subject.ProcessId);
        if (summary.Requests == 0 || summary.Refused > 0 || summary.Broken > 0)
        {
            throw new BenchException(
                $"{subject.Name}, {load.Name}: {summary.Requests} answered, {summary.Refused} of them refused, {summary.Broken} broken; "
                + "a figure with failures in it is worth nothing");
        }

        return new Measurement(load.Name, summary.Requests / summary.Seconds, summary.P50, summary.P99, ProcessUse.Between(before, after, summary.Requests));
    }

    private async Task<Summary> RunAsync(Uri address, string script, TimeSpan duration, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("wrk",
        [
            "-t", "2", "-c", connections.ToString(CultureInfo.InvariantCulture),
            "-d", $"{duration.TotalSeconds.ToString(CultureInfo.InvariantCulture)}s", "-s", script, address.AbsoluteUri,
        ])
        {
            RedirectStandardOutput = true,
        };
        using var wrk = Process.Start(start) ?? throw new BenchException("wrk did not start");
        var output = await wrk.StandardOutput.ReadToEndAsync(cancellation);
        await wrk.WaitForExitAsync(cancellation);
        var line = output.Split('\n').LastOrDefault(line => line.StartsWith('{'))
            ?? throw new BenchException($"wrk ended with exit code {wrk.ExitCode} and without a summary:\n{output}");
        using var document = JsonDocument.Parse(line);
        double Figure(string name) => document.RootElement.GetProperty(name).GetDouble();
        return new Summary(
            Figure("requests"), Figure("duration_us") / 1e6, Figure("p50_us") / 1e3, Figure("p99_us") / 1e3, Figure("status"), Figure("broken"));
    }

    private static string Script(Load load, string token) => $$"""
        local counter = 0
        local threads = 0
        function setup(thread)
          thread:set("first", threads)
          threads = threads + 1
        end
        local headers = { ["X-Vault-Token"] = "{{token}}", ["X-Vault-Request"] = "true", ["Content-Type"] = "application/json" }
        local body = [==[{{load.Body}}]==]
        if body == "" then body = nil end
        function request()
          counter = counter + 1
          local path = string.gsub("{{load.Path}}", "{n}", tostring((counter * 2 + first) % {{Load.Keys}}))
          return wrk.format("{{load.Method}}", path, headers, body)
        end
        function done(summary, latency, requests)
          local e = summary.errors
          io.write(string.format(
            '\n{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"status":%d,"broken":%d}\n',
            summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
        end
        """;

    /// <param name="P50">Milliseconds.</param>
    /// <param name="P99">Milliseconds.</param>
    /// <param name="Refused">Answers with a status of 400 or more.</param>
    /// <param name="Broken">Connections that failed in the middle, and requests that timed out.</param>
    private sealed record Summary(double Requests, double Seconds, double P50, double P99, double Refused, double Broken);
}
