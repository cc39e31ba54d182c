using Coffer.Storage.Sqlite;
using Coffer.Storage.Tests.Sqlite;

namespace Coffer.Storage.Tests.Contract;

public sealed class SqliteStoreContractTests : SqliteContract
{
    protected override SqliteStoreOptions Options => new();
}

/// <summary>Every read and every check goes to the file.</summary>
public sealed class SqliteStoreWithoutCacheContractTests : SqliteContract
{
    protected override SqliteStoreOptions Options => new() { CacheBytesMax = 0 };
}

/// <summary>Few entries fit, so that they come and go all the time; one reader, and a checkpoint every few commits.</summary>
public sealed class SqliteStoreInTightSpaceContractTests : SqliteContract
{
    protected override SqliteStoreOptions Options => new() { CacheBytesMax = 8192, Readers = 1, CheckpointPages = 16 };
}

public abstract class SqliteContract : StoreContract
{
    private readonly TemporaryFolder _folder = new();

    protected abstract SqliteStoreOptions Options { get; }

    protected override async ValueTask<IStore> OpenAsync() =>
        await SqliteStore.OpenAsync(_folder.File("store.db"), Options, Cancellation);

    protected override void CleanUp() => _folder.Dispose();
}
