using System.Text.Json.Nodes;
using Coffer.Kill.Tests.Running;
using Coffer.Testing;

namespace Coffer.Kill.Tests.Points;

/// <summary>An older copy of the file, or of one row of it, is put back while the server is down, and the server is killed at each commit of the release.</summary>
public sealed class RestoredCopyKillTests
{
    private const int CommitsMax = 10;

    private static readonly string[] Parts = ["", "-wal"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KillMoment.Before)]
    [InlineData(KillMoment.Written)]
    [InlineData(KillMoment.Committed)]
    [InlineData(KillMoment.Recorded)]
    [InlineData(KillMoment.After)]
    public async Task A_kill_at_any_commit_of_a_release_leaves_an_older_copy_in_quarantine_or_released(KillMoment moment)
    {
        await using var stage = await Stage.StartAsync(commits: true, TimeSpan.FromSeconds(15));
        var kills = 0;
        for (var commit = 1; commit <= CommitsMax; commit++)
        {
            var renewed = await RestoreAsync(stage);
            await stage.Server.ArmAsync(commit, moment, Cancel);
            if (await AnswersAsync(stage))
            {
                break;
            }

            kills++;
            await stage.Server.GoneAsync();
            await stage.ReopenAsync();
            var active = (bool)(await stage.Api.ReadAsync("sys/quarantine", Cancel)).Data["active"]!;
            if (active)
            {
                Assert.Equal(503, (await stage.Api.ReadAsync("kv/ready", Cancel)).Status);
                Assert.Contains(renewed, Users(stage));
                (await stage.Api.WriteAsync("sys/quarantine/release", [], Cancel)).Ok();
            }

            (await stage.Api.ReadAsync("kv/ready", Cancel)).Ok();
            await Aftermath.AssertAllEndsAsync(stage);
        }

        Assert.InRange(kills, 1, CommitsMax - 1);
        Figures.Add("restored", $"release of an older copy, killed {moment} a commit: {kills} kills, 0 leases ended in quarantine");
    }

    [Theory]
    [InlineData(KillMoment.Written)]
    [InlineData(KillMoment.Committed)]
    [InlineData(KillMoment.Recorded)]
    public async Task A_kill_at_any_commit_of_a_release_leaves_an_older_copy_of_a_row_in_quarantine_or_released(KillMoment moment)
    {
        await using var stage = await Stage.StartAsync(commits: true, TimeSpan.FromSeconds(15));
        var kills = 0;
        for (var commit = 1; commit <= CommitsMax; commit++)
        {
            await SetBackAsync(stage, commit);
            await stage.Server.ArmAsync(commit, moment, Cancel);
            if (await AnswersAsync(stage))
            {
                break;
            }

            kills++;
            await stage.Server.GoneAsync();
            await stage.ReopenAsync();
            var seen = (await stage.Api.ReadAsync("sys/quarantine", Cancel)).Data;
            if ((bool)seen["active"]!)
            {
                Assert.Equal("policies", (string?)seen["touched"]!.AsArray().Single());
                Assert.Equal(503, (await stage.Api.ReadAsync("kv/ready", Cancel)).Status);
                (await stage.Api.WriteAsync("sys/quarantine/release", [], Cancel)).Ok();
            }

            (await stage.Api.ReadAsync("kv/ready", Cancel)).Ok();
        }

        Assert.InRange(kills, 1, CommitsMax - 1);
        Figures.Add("restored", $"release of a row that was set back, killed {moment} a commit: {kills} kills, in quarantine or released");
    }

    /// <summary>Writes a policy twice and puts its first row back. The server is up, in quarantine.</summary>
    private static async Task SetBackAsync(Stage stage, int round)
    {
        var policy = new JsonObject { ["policy"] = $"path \"round{round}\" {{ capabilities = [\"read\"] }}" };
        (await stage.Api.WriteAsync("sys/policies/acl/p", policy, Cancel)).Ok();
        await stage.Server.KillAsync();
        var row = RowEditor.Read(stage.Server.Database, "policy/p");
        await stage.RestartAsync();
        (await stage.Api.WriteAsync("sys/policies/acl/p", new JsonObject { ["policy"] = "path \"*\" { capabilities = [\"deny\"] }" }, Cancel)).Ok();
        await stage.Server.KillAsync();
        RowEditor.Write(stage.Server.Database, "policy/p", row);
        await stage.ReopenAsync();
        Assert.True((bool)(await stage.Api.ReadAsync("sys/quarantine", Cancel)).Data["active"]!);
    }

    /// <summary>Makes a lease, copies the file, renews the lease past the end that the copy knows, and puts the copy back. The server is up, in quarantine.</summary>
    /// <returns>The user that the copy holds for overdue.</returns>
    private static async Task<string> RestoreAsync(Stage stage)
    {
        await stage.SetLivesAsync(stage.Seconds(3), 3600);
        var before = Users(stage);
        var made = await stage.IssueAsync(Stage.PlainRole);
        var user = Users(stage).Except(before).Single();
        await stage.Server.KillAsync();
        foreach (var part in Parts)
        {
            File.Copy(stage.Server.Database + part, stage.Server.Database + ".copy" + part, overwrite: true);
        }

        await stage.RestartAsync();
        (await stage.Api.WriteAsync("sys/leases/renew", new JsonObject { ["lease_id"] = made.LeaseId, ["increment"] = 1800 }, Cancel)).Ok();
        await stage.Server.KillAsync();
        foreach (var part in Parts)
        {
            File.Move(stage.Server.Database + ".copy" + part, stage.Server.Database + part, overwrite: true);
        }

        await stage.ReopenAsync();
        var due = (await stage.Api.ReadAsync("sys/quarantine", Cancel)).Data;
        Assert.True((bool)due["active"]!);
        while (due["leases_due"]!.AsArray().All(lease => (string?)lease!["lease_id"] != made.LeaseId))
        {
            // Its end in the copy has to pass, or nothing is shown by its being alive.
            await Task.Delay(100, Cancel);
            due = (await stage.Api.ReadAsync("sys/quarantine", Cancel)).Data;
        }

        Assert.Equal(503, (await stage.Api.ReadAsync("sys/health", Cancel)).Status);
        Assert.Equal(503, (await stage.Api.ReadAsync("kv/ready", Cancel)).Status);
        Assert.Contains(user, Users(stage));
        return user;
    }

    private static async Task<bool> AnswersAsync(Stage stage)
    {
        try
        {
            (await stage.Api.WriteAsync("sys/quarantine/release", [], Cancel)).Ok();
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static List<string> Users(Stage stage) =>
    [
        .. JsonNode.Parse(stage.Aws.Dump())!["users"]!.AsArray()
            .Where(user => ((string)user!["arn"]!).Contains($":user{Stage.UserPath}", StringComparison.Ordinal))
            .Select(user => (string)user!["name"]!),
    ];
}
