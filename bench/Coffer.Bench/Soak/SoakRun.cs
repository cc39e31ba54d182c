using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Settings;

namespace Coffer.Bench.Soak;

/// <summary>One server process under everything at once for as long as wanted, sealed and unsealed each minute, and what must hold in the end.</summary>
internal sealed class SoakRun(string program, TimeSpan duration, int seed)
{
    private const string UserPolicy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""";

    /// <summary>The last quarter's memory may be this much of the second's; the first warms up.</summary>
    private const double GrowthMax = 1.2;

    private static readonly TimeSpan EndMax = TimeSpan.FromMinutes(3);

    private readonly List<double> _memory = [];
    private readonly Stopwatch _watch = new();

    /// <returns>True when all of it held.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        if (!File.Exists(program))
        {
            throw new BenchException($"{program} is not there; `dotnet run dev.cs build` makes it");
        }

        var folder = Directory.CreateTempSubdirectory("coffer-soak-").FullName;
        await using var account = await SandboxAccount.StartAsync(new SandboxOptions { JournalMax = 100_000, UsersMax = 100_000 }, cancellation);
        var server = new OwnServer(program, folder, disk: true);
        var (run, subject) = await server.StartAsync("soak", cancellation);
        await using (subject)
        {
            using var client = new SoakClient(subject.Address);
            var key = await subject.InitializeAsync(cancellation);
            client.Root = subject.Token;
            await subject.EnableAuditAsync(server.AuditFile, cancellation);
            await FurnishAsync(subject, account, cancellation);
            var leases = new SoakLeases(account);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{program}, {duration.TotalMinutes} minutes, seed {seed}, data in {folder}"));
            await WorkAsync(client, leases, run, key, cancellation);
            await EndAsync(client, leases, cancellation);
            var audit = await VerifyAuditAsync(subject, server.AuditFile, cancellation);
            await run.StopAsync();
            return Report(client, leases, audit, folder);
        }
    }

    private static async Task FurnishAsync(Subject subject, SandboxAccount account, CancellationToken cancellation)
    {
        var admin = account.AdminKey;
        Task Send(string path, JsonObject body) => subject.SendAsync("POST", path, body, cancellation);
        await Send("sys/mounts/kv", new JsonObject { ["type"] = "kv", ["options"] = new JsonObject { ["version"] = "2" } });
        await Send("sys/mounts/aws", new JsonObject { ["type"] = "aws" });
        await Send("aws/config/root", new JsonObject
        {
            ["access_key"] = admin.KeyId,
            ["secret_key"] = admin.Secret,
            ["region"] = "us-east-1",
            ["iam_endpoint"] = account.Url.AbsoluteUri,
            ["sts_endpoint"] = account.Url.AbsoluteUri,
        });
        var life = string.Create(CultureInfo.InvariantCulture, $"{SoakWorkers.LeaseSeconds}s");
        await Send("aws/config/lease", new JsonObject { ["lease"] = life, ["lease_max"] = "30s" });
        await Send("aws/roles/soak", new JsonObject { ["credential_type"] = "iam_user", ["policy_document"] = UserPolicy, ["user_path"] = SoakLeases.UserPath });
        await Send($"sys/policies/acl/{SoakWorkers.Policy}", new JsonObject { ["policy"] = "path \"kv/data/*\" { capabilities = [\"read\"] }" });
        await Send("sys/auth/userpass", new JsonObject { ["type"] = "userpass" });
        for (var user = 0; user < SoakWorkers.Users; user++)
        {
            await Send(
                string.Create(CultureInfo.InvariantCulture, $"auth/userpass/users/u{user}"),
                new JsonObject { ["password"] = SoakWorkers.Password, ["token_ttl"] = "20s", ["token_policies"] = SoakWorkers.Policy });
        }
    }

    private async Task WorkAsync(SoakClient client, SoakLeases leases, ServerRun run, string key, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var workers = new SoakWorkers(client, leases).RunAsync(seed, stop.Token);
        _watch.Start();
        for (var second = 1; _watch.Elapsed < duration && !workers.IsCompleted; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            _memory.Add(ProcessUse.Of(run.Id)!.MegabytesResident);
            foreach (var problem in leases.Compare())
            {
                client.Report(problem);
            }

            if (second % 60 == 30)
            {
                await client.SealAndUnsealAsync(key, TimeSpan.FromSeconds(2), cancellation);
            }

            if (second % 30 == 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {_watch.Elapsed:mm\\:ss}  {client.Answered,8:N0} answered  {leases.UsersMade,6:N0} users made  {leases.UsersGone,6:N0} gone  {_memory[^1],6:0.0} MB  {client.Seals} seals  {client.ProblemCount} problems"));
            }
        }

        _watch.Stop();
        await stop.CancelAsync();
        await workers;
    }

    /// <summary>Waits until every lease has run out.</summary>
    private static async Task EndAsync(SoakClient client, SoakLeases leases, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (leases.UsersNow().Count > 0 && watch.Elapsed < EndMax)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
        }

        // What has gone is read from the journal before it is asked what is left.
        string[] early = [.. leases.Compare()];
        foreach (var problem in early.Concat(leases.Left()))
        {
            client.Report(problem);
        }

        await client.SendAsync("LIST", "sys/leases/lookup/aws/creds/soak", null, client.Root, [404], cancellation);
    }

    private async Task<(bool IsWhole, string Text)> VerifyAuditAsync(Subject subject, string file, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, ["audit", "verify", "-ask=bench", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["VAULT_ADDR"], start.Environment["VAULT_TOKEN"]) = (subject.Address.ToString(), subject.Token);
        using var verify = Process.Start(start)
            ?? throw new BenchException($"{program} did not start");
        var errors = verify.StandardError.ReadToEndAsync(cancellation);
        var text = await verify.StandardOutput.ReadToEndAsync(cancellation) + await errors;
        await verify.WaitForExitAsync(cancellation);
        return (verify.ExitCode == 0, text.Trim());
    }

    private bool Report(SoakClient client, SoakLeases leases, (bool IsWhole, string Text) audit, string folder)
    {
        var (early, late) = (Median(_memory.Count / 4, _memory.Count / 2), Median(_memory.Count * 3 / 4, _memory.Count));
        var grows = late > early * GrowthMax;
        var good = client.ProblemCount == 0 && !grows && audit.IsWhole && leases.Issued > 0;
        string[] rows =
        [
            Row($"requests answered | {client.Answered:N0} in {_watch.Elapsed.TotalMinutes:0.0} minutes, {client.FellIntoSeal:N0} of them while sealed"),
            Row($"times sealed and unsealed | {client.Seals}"),
            Row($"AWS users made, gone | {leases.UsersMade:N0}, {leases.UsersGone:N0}"),
            Row($"leases answered and followed to their end | {leases.Issued:N0}, removed at most {leases.LatestRemoval.TotalSeconds:0.0} s after it, none before"),
            Row($"resident memory, medians of the second and the last quarter | {early:0.0} MB, {late:0.0} MB ({late / early:0.00}; may be {GrowthMax})"),
            Row($"audit log | {new FileInfo(Directory.EnumerateFiles(Path.Combine(folder, "audit")).First()).Length / 1e6:0.0} MB, {(audit.IsWhole ? "whole" : $"NOT WHOLE: {audit.Text}")}"),
            Row($"problems | {client.ProblemCount}"),
        ];
        Console.WriteLine("\n| | |\n|---|---|");
        Array.ForEach(rows, Console.WriteLine);
        foreach (var problem in client.Problems)
        {
            Console.WriteLine($"problem: {problem}");
        }

        if (good)
        {
            Directory.Delete(folder, recursive: true);
        }
        else
        {
            Console.WriteLine($"{(grows ? "problem: memory grows\n" : "")}The server's data, log and audit are kept in {folder}");
        }

        return good;
    }

    private double Median(int from, int to)
    {
        var values = _memory[from..to].Order().ToArray();
        return values.Length == 0 ? double.NaN : values[values.Length / 2];
    }

    private static string Row(FormattableString text) => $"| {text.ToString(CultureInfo.InvariantCulture)} |";
}
