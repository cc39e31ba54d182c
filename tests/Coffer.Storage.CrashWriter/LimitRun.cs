using System.Globalization;
using System.Runtime.InteropServices;
using Coffer.Storage.Sqlite;

namespace Coffer.Storage.CrashWriter;

/// <summary>
/// Lets the operating system refuse writes beyond a file size (RLIMIT_FSIZE), so that COMMIT itself fails in the middle of its
/// writing; then lifts the limit and goes on. In a process of its own, since the limit holds for all of a process.
/// </summary>
internal static partial class LimitRun
{
    private const int FileSizeResource = 1; // RLIMIT_FSIZE on Linux and macOS.
    private const PosixSignal FileSizeExceeded = (PosixSignal)25; // SIGXFSZ on Linux and macOS.
    private const long LimitBytes = 1024 * 1024;

    /// <returns>0 when everything was as it has to be; else 1, with the reason on the standard output.</returns>
    public static async Task<int> RunAsync(string path)
    {
        // Caught, so that the write fails with EFBIG instead of ending the process.
        using var caught = PosixSignalRegistration.Create(FileSizeExceeded, context => context.Cancel = true);
        await using var store = await SqliteStore.OpenAsync(path, new() { CheckpointPages = 100_000 }, CancellationToken.None);
        if (SetLimit(FileSizeResource, new() { Soft = LimitBytes, Hard = ulong.MaxValue }) != 0)
        {
            return Fail("the limit could not be set");
        }

        var written = 0;
        while (await TryPutAsync(store, written))
        {
            if (++written > 10_000)
            {
                return Fail("the limit was never met");
            }
        }

        if (await store.GetAsync(Key(written), CancellationToken.None) is not null || await CountAsync(store) != written)
        {
            return Fail("a commit that failed left something");
        }

        if (await TryPutAsync(store, written))
        {
            return Fail("a commit beyond the limit succeeded");
        }

        if (SetLimit(FileSizeResource, new() { Soft = ulong.MaxValue, Hard = ulong.MaxValue }) != 0)
        {
            return Fail("the limit could not be lifted");
        }

        for (var i = 0; i < 100; i++)
        {
            if (!await TryPutAsync(store, written++))
            {
                return Fail("the store did not go on when there was space again");
            }
        }

        Console.WriteLine(written);
        return await CountAsync(store) == written ? 0 : Fail("entries are missing");
    }

    public static string Key(int number) => number.ToString("D6", CultureInfo.InvariantCulture);

    private static async Task<bool> TryPutAsync(SqliteStore store, int number)
    {
        try
        {
            // Two keys, so that half of a commit would show.
            return await store.CommitAsync(new([new(Key(number), new byte[3000]), new("last", CrashFormat.Number(number))], []));
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    private static async Task<int> CountAsync(SqliteStore store)
    {
        var entries = await store.ScanAsync("", null, StoreLimits.ScanMax, CancellationToken.None);
        return await CrashFormat.NumberOfAsync(store, entries[^1].Key) == entries.Count - 2 ? entries.Count - 1 : -1;
    }

    private static int Fail(string reason)
    {
        Console.WriteLine(reason);
        return 1;
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
