using System.Globalization;
using Coffer.Storage.CrashWriter;
using Coffer.Storage.Sqlite;

namespace Coffer.Storage.Tests.Sqlite;

/// <summary>
/// A child commits and says so; it is killed at some moment; what it said must be there, whole, and nothing may be half there.
/// </summary>
/// <remarks>
/// COFFER_CRASH_KILLS sets the number of kills (default 20; the long suite sets 300), COFFER_CRASH_SEED the seed, which a failure names.
/// A kill leaves the operating system's cache alive: this shows atomicity and recovery, not that the disk kept what it was told to sync.
/// </remarks>
public sealed class CrashTests(ITestOutputHelper output) : SqliteTests
{
    private static readonly int Kills = FromEnvironment("COFFER_CRASH_KILLS", 20);
    private static readonly int Seed = FromEnvironment("COFFER_CRASH_SEED", 1);

    [Fact]
    public async Task Killed_at_any_moment_the_store_has_every_acknowledged_commit_and_no_torn_one()
    {
        var random = new Random(Seed);
        var acknowledged = new long[CrashFormat.Threads];
        var total = 0L;
        for (var kill = 1; kill <= Kills; kill++)
        {
            try
            {
                total += await RunAndKillAsync(acknowledged, random);
                await CheckAsync(acknowledged);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Kill {kill} of seed {Seed}: {failure.Message}", failure);
            }
        }

        output.WriteLine($"{Kills} kills, {total} acknowledged commits");
        Assert.True(total > Kills, $"only {total} commits in {Kills} runs: the kills came too early to show anything");
    }

    /// <returns>Commits that the child said were done.</returns>
    private async Task<long> RunAndKillAsync(long[] acknowledged, Random random)
    {
        using var process = ChildProcess.Start("write", File, random.Next(1000).ToString(CultureInfo.InvariantCulture));

        // Most kills after some commits, and some while the child is starting, opening or recovering.
        var commits = random.Next(10) == 0 ? 0 : random.Next(1, 150);
        var delay = TimeSpan.FromMilliseconds(commits == 0 ? random.Next(40, 160) : random.Next(0, 8));
        var lines = 0L;
        while (lines < commits && await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            lines += Note(line, acknowledged);
        }

        await Task.Delay(delay, Cancellation);
        process.Kill();
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            lines += Note(line, acknowledged);
        }

        var errors = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 128 + 9, $"The child ended by itself with {process.ExitCode}: {errors}");
        return lines;
    }

    private async Task CheckAsync(long[] acknowledged)
    {
        await using (var store = await OpenAsync(new() { Readers = 1 }))
        {
            var numbers = await CrashFormat.ReadAsync(store);
            for (var thread = 0; thread < numbers.Length; thread++)
            {
                // Each thread has at most one commit under way, which may or may not have made it.
                Assert.InRange(numbers[thread], acknowledged[thread], acknowledged[thread] + 1);
            }

            numbers.CopyTo(acknowledged, 0);
        }

        using var database = SqliteDatabase.Open(File);
        Assert.Equal(1, database.QueryNumber("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"));
    }

    private static int Note(string line, long[] acknowledged)
    {
        // The last line may be cut where the child was killed: what is left of it asks for no more than was said.
        if (line.Split(' ') is not [var thread, var number]
            || !int.TryParse(thread, CultureInfo.InvariantCulture, out var index)
            || !long.TryParse(number, CultureInfo.InvariantCulture, out var count))
        {
            return 0;
        }

        acknowledged[index] = Math.Max(acknowledged[index], count);
        return 1;
    }

    private static int FromEnvironment(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
