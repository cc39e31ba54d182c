using System.Diagnostics;

namespace Coffer.Bench;

/// <summary>What the program weighs before it has done any work: size, start, idle memory.</summary>
internal sealed class Footprint(BenchOptions options, string folder, Report report)
{
    private const int Starts = 11;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var version = new List<double>();
        for (var count = 0; count < Starts; count++)
        {
            var watch = Stopwatch.StartNew();
            using var process = Process.Start(new ProcessStartInfo(options.Program, ["version"]) { RedirectStandardOutput = true })!;
            await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            version.Add(watch.Elapsed.TotalMilliseconds);
        }

        var first = new List<double>();
        for (var count = 0; count < Starts; count++)
        {
            var (run, subject) = await new OwnServer(options.Program, Path.Combine(folder, $"start-{count}"), disk: true).StartAsync("start", cancellation);
            await using (subject)
            {
                first.Add(run.FirstAnswer.TotalMilliseconds);
            }
        }

        var (_, idle) = await new OwnServer(options.Program, Path.Combine(folder, "idle"), disk: true).StartAsync("idle", cancellation);
        await using (idle)
        {
            await idle.InitializeAsync(cancellation);
            await Task.Delay(Settle, cancellation);
            report.Say("\nThe program");
            report.Say($"  size                                {Report.Figure(new FileInfo(options.Program).Length / 1e6, "N1")} MB");
            report.Say($"  `version`, median of {Starts}              {Report.Figure(Median(version), "N1")} ms");
            report.Say($"  start to first answer, median of {Starts}  {Report.Figure(Median(first), "N1")} ms");
            report.Say($"  idle, unsealed, on disk             {Report.Figure(ProcessUse.Of(idle.ProcessId)!.MegabytesResident, "N1")} MB resident");
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
