using System.Diagnostics;
using System.Globalization;
using Coffer.Storage.Sqlite;

namespace Coffer.Storage.CrashWriter;

/// <summary>Figures of the SQLite store: 48-byte keys, 300-byte values, every commit durable; every entry registered or none.</summary>
internal static class BenchRun
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(3);
    private static readonly byte[] Value = [.. Enumerable.Range(0, 300).Select(i => (byte)(i % 256))];

    public static async Task RunAsync(string path, bool isRegistered)
    {
        await using var store = await SqliteStore.OpenAsync(path, new(), CancellationToken.None);
        if (isRegistered)
        {
            await store.OpenRegisterAsync(new byte[32], [new RegisteredKind("grown", ["grow/", "a/", "b/"]), new RegisteredKind("random", ["rand/"])], CancellationToken.None);
        }

        Console.WriteLine($"fsync alone: {Fsyncs(path + ".probe"):N0}/s");
        foreach (var writers in (int[])[1, 32, 128, 512])
        {
            await CommitsAsync(store, $"{writers,3} committing, keys that grow", writers, (writer, n) => Grows(writer, n));
            await CommitsAsync(store, $"{writers,3} committing, random keys", writers, (writer, n) => Scattered(writer, n));
        }

        await CommitsAsync(store, " 32 committing, 3 writes and 3 preconditions", 32, (writer, n) => Three(writer, n));
        await GetsAsync(store);
        await ScansAsync(store);
        Console.WriteLine($"cache {store.CacheBytes:N0} bytes, file {new FileInfo(path).Length:N0}, log {new FileInfo(path + "-wal").Length:N0}");
    }

    private static double Fsyncs(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        var page = new byte[4096];
        var watch = Stopwatch.StartNew();
        const int Count = 500;
        for (var i = 0; i < Count; i++)
        {
            RandomAccess.Write(file, page, i % 16 * page.Length);
            RandomAccess.FlushToDisk(file);
        }

        return Count / watch.Elapsed.TotalSeconds;
    }

    private static async Task CommitsAsync(SqliteStore store, string name, int writers, Func<int, int, StoreBatch> batchOf)
    {
        var watch = Stopwatch.StartNew();
        var longest = TimeSpan.Zero;
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var count = 0;
            for (; watch.Elapsed < Span; count++)
            {
                var began = watch.Elapsed;
                if (!await store.CommitAsync(batchOf(writer, count)))
                {
                    throw new InvalidOperationException("a commit was refused");
                }

                var took = watch.Elapsed - began;
                longest = took > longest ? took : longest; // A race here loses a figure and nothing else.
            }

            return count;
        })));
        Console.WriteLine($"{name}: {counts.Sum() / watch.Elapsed.TotalSeconds:N0}/s, slowest {longest.TotalMilliseconds:N0} ms");
    }

    private static async Task GetsAsync(SqliteStore store)
    {
        var keys = await store.ScanAsync("grow/", null, 1000, CancellationToken.None);
        foreach (var key in keys)
        {
            await store.GetAsync(key.Key, CancellationToken.None);
        }

        const int Rounds = 3000;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var key in keys)
            {
                await store.GetAsync(key.Key, CancellationToken.None);
            }
        }

        var gets = (double)Rounds * keys.Count;
        Console.WriteLine($"get, cached: {watch.Elapsed.TotalNanoseconds / gets:N0} ns, {(GC.GetAllocatedBytesForCurrentThread() - allocated) / gets:N1} bytes");
        var absent = Enumerable.Range(0, 20_000).Select(i => $"absent/{i}").ToList();
        watch.Restart();
        foreach (var key in absent)
        {
            _ = await store.GetAsync(key, CancellationToken.None);
        }

        Console.WriteLine($"get, from the file: {watch.Elapsed.TotalMicroseconds / absent.Count:N1} us");
    }

    private static async Task ScansAsync(SqliteStore store)
    {
        var watch = Stopwatch.StartNew();
        const int Rounds = 200;
        for (var i = 0; i < Rounds; i++)
        {
            await store.ScanAsync("grow/", null, 1000, CancellationToken.None);
        }

        Console.WriteLine($"scan of 1000: {watch.Elapsed.TotalMicroseconds / Rounds:N0} us");
    }

    private static StoreBatch Grows(int writer, int n) => new([new(KeyThatGrows(writer, n), Value)], []);

    private static StoreBatch Three(int writer, int n)
    {
        var key = KeyThatGrows(writer, n);
        return new([new(key, Value), new($"a/{key}", Value), new($"b/{key}", Value)], [new(key, 0), new($"a/{writer}", 0), new($"b/{writer}", 0)]);
    }

    private static StoreBatch Scattered(int writer, int n) =>
        new([new($"rand/{Random.Shared.NextInt64():x16}{writer:D8}{n:D19}", Value)], []);

    private static string KeyThatGrows(int writer, int n) =>
        string.Create(CultureInfo.InvariantCulture, $"grow/{Stopwatch.GetTimestamp():D20}/{writer:D6}/{n:D15}");
}
