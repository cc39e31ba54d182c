using System.Globalization;
using System.Text;
using Coffer.Storage.Sqlite;

namespace Coffer.Storage.CrashWriter;

/// <summary>Commits from several threads and says each commit after it returned, until it is killed.</summary>
internal sealed class CrashRun(SqliteStore store)
{
    /// <summary>A line a commit: thread, number. Written at once, so what is in the pipe was durable.</summary>
    private readonly Stream _said = Console.OpenStandardOutput();
    private readonly Lock _saying = new();

    public static async Task WriteUntilKilledAsync(string path, int seed)
    {
        // Small limits, so that kills also fall into checkpoints and evictions.
        var options = new SqliteStoreOptions { CheckpointPages = 16 + (seed % 80), CacheBytesMax = 64 * 1024, Readers = 2 };
        var store = await SqliteStore.OpenAsync(path, options, CancellationToken.None);
        var numbers = await CrashFormat.ReadAsync(store);
        var run = new CrashRun(store);
        await Task.WhenAll(numbers.Select((number, thread) => Task.Run(() => run.WriteAsync(thread, number))));
    }

    private async Task WriteAsync(int thread, long committed)
    {
        for (var number = committed + 1; ; number++)
        {
            while (!await TryCommitAsync(thread, number))
            {
            }

            Say(thread, number);
        }
    }

    private async Task<bool> TryCommitAsync(int thread, long number)
    {
        var counter = await store.GetAsync(CrashFormat.CounterKey, CancellationToken.None);
        var count = counter is { } entry ? CrashFormat.Number(entry.Value) : 0;
        List<StoreWrite> writes =
        [
            new(CrashFormat.PairKey(thread, 0), CrashFormat.Number(number)),
            new(CrashFormat.LogKey(thread, number), CrashFormat.LogValue(thread, number)),
            new(CrashFormat.PairKey(thread, 1), CrashFormat.Number(number)),
            new(CrashFormat.LogKey(thread, number - CrashFormat.LogKept), null),
            new(CrashFormat.CounterKey, CrashFormat.Number(count + 1)),
            new(CrashFormat.PairKey(thread, 2), CrashFormat.Number(number)),
        ];
        return await store.CommitAsync(new(writes,
        [
            new(CrashFormat.CounterKey, counter.GetValueOrDefault().Version),
            new(CrashFormat.LogKey(thread, number), 0),
        ]));
    }

    private void Say(int thread, long number)
    {
        var line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{thread} {number}\n"));
        lock (_saying)
        {
            _said.Write(line);
            _said.Flush();
        }
    }
}
