using System.Buffers.Binary;
using System.Globalization;

namespace Coffer.Storage.CrashWriter;

/// <summary>What the crash run writes, and how anybody can tell from the store alone whether all of it is whole.</summary>
/// <remarks>
/// Thread t's n-th batch puts n under its three pair keys, puts a log entry of its own, deletes the log entry that is
/// <see cref="LogKept"/> older, and adds one to the counter that all threads share. So in every committed state the pairs agree, the log
/// of each thread is exactly its last entries, and the counter is the sum over the threads.
/// </remarks>
public static class CrashFormat
{
    public const int Threads = 4;
    public const int LogKept = 40;
    public const string CounterKey = "counter";

    public static string PairKey(int thread, int part) => $"pair/{part}/{thread}";

    public static string LogKey(int thread, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"log/{thread}/{number:D12}");

    public static byte[] Number(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }

    public static long Number(ReadOnlyMemory<byte> bytes) => BinaryPrimitives.ReadInt64BigEndian(bytes.Span);

    /// <summary>Different for every batch, mostly small, sometimes many pages long.</summary>
    public static byte[] LogValue(int thread, long number)
    {
        var random = new Random(HashOf(thread, number));
        var bytes = new byte[number % 29 == 0 ? 60_000 : random.Next(0, 900)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Reads everything and sees that it is one whole state.</summary>
    /// <returns>The number of batches that each thread has committed.</returns>
    /// <exception cref="InvalidDataException">Something is torn or missing; the message says what.</exception>
    public static async Task<long[]> ReadAsync(IStore store)
    {
        var numbers = new long[Threads];
        for (var thread = 0; thread < Threads; thread++)
        {
            var parts = new long[3];
            for (var part = 0; part < parts.Length; part++)
            {
                parts[part] = await NumberOfAsync(store, PairKey(thread, part));
            }

            Require(parts.Distinct().Count() == 1, $"thread {thread}: the pair keys hold {string.Join(", ", parts)}");
            numbers[thread] = parts[0];
            await CheckLogAsync(store, thread, numbers[thread]);
        }

        var counter = await NumberOfAsync(store, CounterKey);
        Require(counter == numbers.Sum(), $"the counter is {counter}, the threads have {string.Join(" + ", numbers)}");
        return numbers;
    }

    public static async Task<long> NumberOfAsync(IStore store, string key) =>
        await store.GetAsync(key, CancellationToken.None) is { } entry ? Number(entry.Value) : 0;

    private static async Task CheckLogAsync(IStore store, int thread, long last)
    {
        var log = await store.ScanAsync($"log/{thread}/", null, StoreLimits.ScanMax, CancellationToken.None);
        var first = Math.Max(1, last - LogKept + 1);
        var expected = Enumerable.Range(0, (int)(last - first + 1)).Select(offset => LogKey(thread, first + offset));
        Require(log.Select(entry => entry.Key).SequenceEqual(expected), $"thread {thread}: the log is not {first} to {last}");
        foreach (var (offset, entry) in log.Index())
        {
            var value = await store.GetAsync(entry.Key, CancellationToken.None);
            Require(value?.Value.Span.SequenceEqual(LogValue(thread, first + offset)) is true, $"thread {thread}: entry {first + offset} is torn");
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }

    private static int HashOf(int thread, long number) => unchecked((int)((number * 31) + thread));
}
