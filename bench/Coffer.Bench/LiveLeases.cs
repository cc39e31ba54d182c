using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Coffer.Bench;

/// <summary>What many live leases cost: memory over idle, and the time of a restart. A token with a TTL is a lease, so tokens are made.</summary>
internal sealed class LiveLeases(BenchOptions options, string folder, Report report)
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    public async Task RunAsync(CancellationToken cancellation)
    {
        if (options.Leases == 0)
        {
            return;
        }

        var server = new OwnServer(options.Program, Path.Combine(folder, "leases"), disk: true);
        var (run, subject) = await server.StartAsync("leases", cancellation);
        string key, token;
        await using (subject)
        {
            key = await subject.InitializeAsync(cancellation);
            token = subject.Token;
            await run.StopAsync();
        }

        report.Say($"\n{options.Leases} live leases, on disk");
        var empty = await RestartAsync(server, token, key, "without leases", cancellation);
        (run, subject) = await server.StartAsync("leases", cancellation, token);
        await using (subject)
        {
            await subject.UnsealAsync(key, cancellation);
            var watch = Stopwatch.StartNew();
            await MakeAsync(subject, cancellation);
            var took = watch.Elapsed;
            await Task.Delay(Settle, cancellation);
            var resident = ProcessUse.Of(run.Id)!.MegabytesResident;
            report.Say($"  made in {Report.Figure(took.TotalSeconds, "N1")} s; right after: {Report.Figure(resident, "N1")} MB resident, {Report.Figure(resident - empty, "N1")} MB over idle");
            await run.StopAsync();
        }

        var full = await RestartAsync(server, token, key, $"with {options.Leases} leases", cancellation);
        report.Say($"  over idle after the restart: {Report.Figure(full - empty, "N1")} MB");
    }

    /// <summary>Restarts the server three times and tells how long the quickest took; the idle memory of the last one.</summary>
    private async Task<double> RestartAsync(OwnServer server, string token, string key, string what, CancellationToken cancellation)
    {
        var times = new List<TimeSpan>();
        var resident = 0.0;
        for (var count = 0; count < 3; count++)
        {
            var watch = Stopwatch.StartNew();
            var (run, subject) = await server.StartAsync("leases", cancellation, token);
            await using (subject)
            {
                await subject.UnsealAsync(key, cancellation);
                await subject.SendAsync("GET", "auth/token/lookup-self", null, cancellation);
                times.Add(watch.Elapsed);
                await Task.Delay(Settle, cancellation);
                resident = ProcessUse.Of(run.Id)!.MegabytesResident;
                await run.StopAsync();
            }
        }

        report.Say($"  start, unseal, first answer {what}: {Report.Figure(times.Min().TotalMilliseconds, "N0")} ms; then {Report.Figure(resident, "N1")} MB resident");
        return resident;
    }

    private async Task MakeAsync(Subject subject, CancellationToken cancellation)
    {
        var left = options.Leases;
        await Task.WhenAll(Enumerable.Range(0, options.Connections).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await subject.SendAsync("POST", "auth/token/create", new JsonObject { ["ttl"] = "24h", ["policies"] = new JsonArray("default") }, cancellation);
            }
        }));
    }
}
