using Coffer.Storage.Sqlite;

namespace Coffer.Storage.Tests.Sqlite;

/// <summary>A folder, and short words for what the tests of the SQLite store do.</summary>
public abstract class SqliteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected string Folder => _folder.Path;

    protected string File => _folder.File("store.db");

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _folder.Dispose();
    }

    protected Task<SqliteStore> OpenAsync(SqliteStoreOptions? options = null) =>
        SqliteStore.OpenAsync(File, options ?? new(), Cancellation).AsTask();

    protected Task<StoreUnavailableException> RefusedAsync() =>
        Assert.ThrowsAsync<StoreUnavailableException>(async () => await (await OpenAsync()).DisposeAsync());

    protected static Task<bool> PutAsync(IStore store, string key, int bytes = 10) =>
        store.CommitAsync(new([new(key, new byte[bytes])], [])).AsTask();

    protected static Task<bool> DeleteAsync(IStore store, string key) => store.CommitAsync(new([new(key, null)], [])).AsTask();

    protected static async Task<long> VersionAsync(IStore store, string key) =>
        (await store.GetAsync(key, Cancellation)).GetValueOrDefault().Version;

    protected static async Task<string[]> KeysAsync(IStore store) =>
        [.. (await store.ScanAsync("", null, StoreLimits.ScanMax, Cancellation)).Select(entry => entry.Key)];
}
