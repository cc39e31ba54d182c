using System.Globalization;

namespace Coffer.Bench;

/// <summary>One run of the bench, from the bare endpoint to the last table.</summary>
internal sealed class Session(BenchOptions options)
{
    private readonly Dictionary<string, double> _bare = [];
    private readonly Dictionary<(string Load, string Audit), double> _shares = [];
    private readonly Report _report = new(options.Markdown);
    private Uri? _aws = options.Aws;

    /// <summary>Requests a second of each load on our own server, of those of the bare endpoint. Where there are several storages, those of the last.</summary>
    public IReadOnlyDictionary<(string Load, string Audit), double> Shares => _shares;

    public async Task RunAsync(CancellationToken cancellation)
    {
        Wrk.Require();
        if (!File.Exists(options.Program))
        {
            throw new BenchException($"{options.Program} is not there; `dotnet run dev.cs publish` makes it");
        }

        var folder = Directory.CreateTempSubdirectory("coffer-bench-").FullName;
        try
        {
            var wrk = new Wrk(folder, options.Connections);
            _report.Say($"{Environment.ProcessorCount} processors, {options.Connections} connections, {options.Duration.TotalSeconds} s each, wrk on the same machine");
            await BareAsync(wrk, folder, cancellation);
            await using var sandbox = _aws is null && Chosen().Any(load => load.Name == "aws-creds") ? await SandboxAsync(folder, cancellation) : null;
            foreach (var storage in options.Storages)
            {
                await OwnAsync(wrk, folder, storage, audit: false, cancellation);
                await OwnAsync(wrk, folder, storage, audit: true, cancellation);
            }

            await PeerAsync(wrk, cancellation);
            if (options.Budget is null)
            {
                await new Footprint(options, folder, _report).RunAsync(cancellation);
                await new LiveLeases(options, folder, _report).RunAsync(cancellation);
            }
        }
        finally
        {
            _report.Save();
            Directory.Delete(folder, recursive: true);
        }
    }

    private IEnumerable<Load> Chosen() => Load.All
        .Where(load => options.Only.Count == 0 || options.Only.Contains(load.Name));

    private async Task<ServerRun> SandboxAsync(string folder, CancellationToken cancellation)
    {
        var port = Subject.FreePort();
        _aws = new Uri($"http://127.0.0.1:{port}");
        return await ServerRun.StartAsync(
            Environment.ProcessPath!, ["sandbox", port.ToString(CultureInfo.InvariantCulture)], _aws, Path.Combine(folder, "sandbox.log"), cancellation);
    }

    private async Task BareAsync(Wrk wrk, string folder, CancellationToken cancellation)
    {
        var port = Subject.FreePort();
        var address = new Uri($"http://127.0.0.1:{port}");
        var run = await ServerRun.StartAsync(
            Environment.ProcessPath!, ["bare", port.ToString(CultureInfo.InvariantCulture)], address, Path.Combine(folder, "bare.log"), cancellation);
        await using var subject = new Subject("bare Kestrel", address, "", run);
        _report.Heading("bare Kestrel, no logic");
        foreach (var load in Load.Bare)
        {
            var measured = await wrk.MeasureAsync(subject, load, options.Duration, cancellation);
            _bare[load.Name] = measured.PerSecond;
            _report.Row(measured, measured.PerSecond);
        }
    }

    private async Task OwnAsync(Wrk wrk, string folder, string storage, bool audit, CancellationToken cancellation)
    {
        var name = $"Coffer, {(storage == "disk" ? "on disk" : "in memory")}, {(audit ? "file audit" : "no audit")}";
        var server = new OwnServer(options.Program, Path.Combine(folder, $"{storage}-{(audit ? "audit" : "plain")}"), storage == "disk");
        var (_, subject) = await server.StartAsync(name, cancellation);
        await using (subject)
        {
            await subject.InitializeAsync(cancellation);
            await subject.PrepareAsync(_aws, cancellation);
            if (audit)
            {
                await subject.EnableAuditAsync(server.AuditFile, cancellation);
            }

            _report.Heading(name);
            await MeasureAsync(wrk, subject, (load, share) => _shares[(load, audit ? "file audit" : "no audit")] = share, cancellation);
        }
    }

    private async Task PeerAsync(Wrk wrk, CancellationToken cancellation)
    {
        if (options.Peer is null)
        {
            return;
        }

        await using var peer = new Subject("peer", options.Peer, options.PeerToken, null);
        await peer.PrepareAsync(_aws, cancellation);
        try
        {
            _report.Heading($"peer at {options.Peer}");
            await MeasureAsync(wrk, peer, (_, _) => { }, cancellation);
        }
        finally
        {
            await peer.CleanUpAsync(_aws);
        }

        _report.Ratios("peer at");
    }

    private async Task MeasureAsync(Wrk wrk, Subject subject, Action<string, double> onShare, CancellationToken cancellation)
    {
        foreach (var load in Chosen())
        {
            var measured = await wrk.MeasureAsync(subject, load, options.Duration, cancellation);
            _report.Row(measured, _bare[load.BareName]);
            onShare(load.Name, measured.PerSecond / _bare[load.BareName]);
        }
    }
}
