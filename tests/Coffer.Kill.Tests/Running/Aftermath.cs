using System.Diagnostics;
using System.Text.Json.Nodes;
using Coffer.Storage;
using Coffer.Storage.Sqlite;

namespace Coffer.Kill.Tests.Running;

/// <summary>What must hold after a kill, looked at from both sides: the server's leases and the account's users.</summary>
internal static class Aftermath
{
    /// <summary>
    /// Longest that anything may take to go. What was never seen at AWS is looked for a while longer, in case a call is still under way; the rest
    /// is for machines with much else to do.
    /// </summary>
    private static readonly TimeSpan EndMax = TimeSpan.FromMinutes(5);

    private static readonly string[] LeaseKeys = ["lease/", "due/"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>At this moment, every user that the server made has its lease.</summary>
    public static async Task AssertEveryUserHasALeaseAsync(Stage stage)
    {
        foreach (var (user, lease) in Users(stage))
        {
            var shown = await stage.Api.WriteAsync("sys/leases/lookup", new JsonObject { ["lease_id"] = lease }, Cancel);

            // Between the two looks it may have been revoked, and then the user was gone first.
            Assert.True(shown.IsOk || Users(stage).All(now => now.User != user), $"AWS holds {user}, and Coffer no lease {lease}");
        }
    }

    /// <summary>Waits until no lease is left. Then AWS holds no user, and the store no record of a lease.</summary>
    public static async Task AssertAllEndsAsync(Stage stage)
    {
        var watch = Stopwatch.StartNew();
        ApiAnswer left;
        while ((left = await stage.Api.ListAsync("sys/leases/lookup", Cancel)).Status != 404)
        {
            left.Ok();
            await AssertEveryUserHasALeaseAsync(stage);
            if (watch.Elapsed > EndMax)
            {
                Assert.Fail($"after {EndMax} there are leases left: {left.Text}\nAWS holds {string.Join(", ", Users(stage))}\n{stage.Server.Output}");
            }

            await Task.Delay(25, Cancel);
        }

        Assert.Empty(Users(stage));
        Assert.Empty(await LeaseRecordsAsync(stage));
    }

    /// <summary>The users that the server made, with the lease in their tags.</summary>
    private static List<(string User, string Lease)> Users(Stage stage) =>
    [
        .. JsonNode.Parse(stage.Aws.Dump())!["users"]!.AsArray()
            .Where(user => ((string)user!["arn"]!).Contains($":user{Stage.UserPath}", StringComparison.Ordinal))
            .Select(user => ((string)user!["name"]!, (string?)user["tags"]!["coffer:lease"] ?? "")),
    ];

    /// <summary>Keys of leases and of what is due, read from a copy of the files: nothing is being written, so it is whole.</summary>
    private static async Task<IReadOnlyList<string>> LeaseRecordsAsync(Stage stage)
    {
        var folder = Directory.CreateTempSubdirectory("coffer-kill-copy-");
        try
        {
            foreach (var end in new[] { "", "-wal" }.Where(end => File.Exists(stage.Server.Database + end)))
            {
                File.Copy(stage.Server.Database + end, Path.Combine(folder.FullName, "copy.db" + end));
            }

            await using var store = await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "copy.db"), new() { Readers = 1 }, Cancel);
            Assert.NotEmpty(await store.ScanAsync("", null, 1, Cancel));
            var found = new List<KeyVersion>();
            foreach (var prefix in LeaseKeys)
            {
                found.AddRange(await store.ScanAsync(prefix, null, StoreLimits.ScanMax, Cancel));
            }

            return [.. found.Select(entry => entry.Key)];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
