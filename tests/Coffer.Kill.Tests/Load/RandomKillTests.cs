using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Kill.Tests.Running;

namespace Coffer.Kill.Tests.Load;

/// <summary>The shipped program is killed at random moments while clients read, renew, revoke and write, and is started again each time.</summary>
/// <remarks>
/// COFFER_KILLS sets the number of kills (default 40), COFFER_KILL_SEED the seed, which a failure and the figures name. The seed decides what clients
/// ask and how long each life lasts; where in the code a kill falls is the machine's choice.
/// </remarks>
public sealed class RandomKillTests
{
    private const int Clients = 6;
    private const int LifeMillisecondsMax = 800;

    private static readonly int Kills = FromEnvironment("COFFER_KILLS") ?? 40;
    private static readonly int Seed = FromEnvironment("COFFER_KILL_SEED") ?? Random.Shared.Next(1, 1_000_000);

    private readonly LoadTally _tally = new();
    private int _usedAfterRestart;
    private int _killsInStart;
    private long _journalRead;
    private int _usersMade;
    private int _usersRemoved;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_random_moments_under_load_it_orphans_nothing_and_loses_nothing()
    {
        var watch = Stopwatch.StartNew();
        var random = new Random(Seed);
        await using var stage = await Stage.StartAsync(commits: false, TimeSpan.FromSeconds(15));
        await stage.SetLivesAsync(stage.Seconds(LoadClient.LifeLeast), stage.Seconds(LoadClient.LifeLeast) + 5);
        var policy = new JsonObject { ["policy"] = "path \"aws/creds/*\" { capabilities = [\"read\"] }" };
        (await stage.Api.WriteAsync($"sys/policies/acl/{LoadClient.Policy}", policy, Cancel)).Ok();
        var clients = Enumerable.Range(0, Clients).Select(number => new LoadClient(stage, _tally, number, Seed + number)).ToArray();
        for (var kill = 1; kill <= Kills; kill++)
        {
            try
            {
                await LiveAndDieAsync(stage, clients, random);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"kill {kill} of seed {Seed}: {failure.Message}", failure);
            }
        }

        await AssertKeptAsync(stage, clients);
        await Aftermath.AssertAllEndsAsync(stage);
        CountUsers(stage);
        Assert.Equal(_usersMade, _usersRemoved);
        Report(stage, watch.Elapsed);
        Assert.True(_tally.Credentials > Kills / 4, $"too little load to show anything: {_tally}");
        Assert.True(_tally.Unanswered > Kills, $"the kills fell into no request: {_tally}");

        // A few restarts may each take longer than a key lives.
        Assert.True(Kills < 50 || _usedAfterRestart > 0, "no key was still alive after any restart");
    }

    private async Task LiveAndDieAsync(Stage stage, LoadClient[] clients, Random random)
    {
        // One life in eight ends before it is open, and one in eight while it takes up what the last one left.
        var kind = random.Next(8);
        var life = random.Next(LifeMillisecondsMax);
        if (kind > 1)
        {
            await AssertKeptAsync(stage, clients);
            var enough = _tally.Answers + Clients;
            var running = clients.Select(client => client.RunAsync(stage.Api)).ToArray();
            var all = Task.WhenAll(running);
            await Task.WhenAny(Task.Delay(life, Cancel), all);

            // On a machine with much else to do, nothing may have been answered yet.
            while (_tally.Answers < enough && !all.IsCompleted)
            {
                await Task.Delay(2, Cancel);
            }

            await stage.Server.KillAsync();
            await all;
        }
        else if (kind == 1)
        {
            await Task.Delay(life / 8, Cancel);
            await stage.Server.KillAsync();
        }
        else
        {
            await stage.Server.KillAsync();
            stage.Server.Start();
            await Task.Delay(life / 2, Cancel);
            await stage.Server.KillAsync();
            _killsInStart++;
        }

        CountUsers(stage);
        await stage.RestartAsync();
    }

    private async Task AssertKeptAsync(Stage stage, LoadClient[] clients)
    {
        foreach (var client in clients)
        {
            _usedAfterRestart += await client.AssertKeptAsync(stage.Api);
        }

        await Aftermath.AssertEveryUserHasALeaseAsync(stage);
    }

    private void CountUsers(Stage stage)
    {
        foreach (var call in stage.Aws.Journal.Read(_journalRead))
        {
            _journalRead = call.Sequence;
            _usersMade += call is { Action: "CreateUser", TookEffect: true } ? 1 : 0;
            _usersRemoved += call is { Action: "DeleteUser", TookEffect: true } ? 1 : 0;
        }
    }

    private void Report(Stage stage, TimeSpan took)
    {
        var restarts = stage.Restarts.Select(restart => restart.TotalMilliseconds).Order().ToArray();
        string[] lines =
        [
            Line($"seed {Seed}, {Kills + _killsInStart} kills ({_killsInStart} of them before it was open), {restarts.Length} restarts, {took.TotalSeconds:0} s"),
            _tally.ToString(),
            Line($"{_usersMade} users made at AWS, {_usersRemoved} removed: {_tally.Revocations} by revocations that were answered, the rest by expiry, with their token or after a kill"),
            Line($"{_usedAfterRestart} keys from before a kill used after it"),
            "0 orphans, 0 leases left, 0 acknowledged writes lost",
            Line($"from start to first answer: median {restarts[restarts.Length / 2]:0} ms, 95 % within {restarts[restarts.Length * 95 / 100]:0} ms, longest {restarts[^1]:0} ms"),
        ];
        foreach (var line in lines)
        {
            Figures.Add("random", line);
        }
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static int? FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
