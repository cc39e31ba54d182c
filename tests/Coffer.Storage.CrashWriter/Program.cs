using System.Globalization;
using Coffer.Storage;
using Coffer.Storage.CrashWriter;
using Coffer.Storage.Sqlite;
using SQLitePCL;

// The process that the storage tests start, kill, and compare with what it said. Also the benchmark of the store.
switch (args)
{
    case ["write", var path, var seed]:
        await CrashRun.WriteUntilKilledAsync(path, int.Parse(seed, CultureInfo.InvariantCulture));
        return 0;
    case ["limit", var path]:
        return await LimitRun.RunAsync(path);
    case ["open", var path]:
        return await OpenAsync(path);
    case ["peek", var path]:
        return Peek(path);
    case ["bench", var path]:
        await BenchRun.RunAsync(path, isRegistered: false);
        return 0;
    case ["bench", var path, "registered"]:
        await BenchRun.RunAsync(path, isRegistered: true);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: write FILE SEED | limit FILE | open FILE | peek FILE | bench FILE [registered]");
        return 2;
}

// Any other program that knows SQLite.
static int Peek(string path)
{
    Batteries_V2.Init();
    raw.sqlite3_open_v2(path, out var database, raw.SQLITE_OPEN_READWRITE, null);
    using (database)
    {
        Console.WriteLine(raw.sqlite3_exec(database, "SELECT count(*) FROM entry") == raw.SQLITE_BUSY ? "busy" : "opened");
        return 0;
    }
}

static async Task<int> OpenAsync(string path)
{
    try
    {
        await using var store = await SqliteStore.OpenAsync(path, new(), CancellationToken.None);
        return 0;
    }
    catch (StoreUnavailableException failure)
    {
        Console.WriteLine(failure.Message);
        return 1;
    }
}
