using Coffer.Storage.Memory;

namespace Coffer.Storage.Tests.Contract;

public sealed class MemoryStoreContractTests : StoreContract
{
    protected override ValueTask<IStore> OpenAsync() => new(new MemoryStore());
}
