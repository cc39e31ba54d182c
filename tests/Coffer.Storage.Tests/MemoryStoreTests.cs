using Coffer.Storage.Memory;

namespace Coffer.Storage.Tests;

public sealed class MemoryStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_reader_keeps_of_an_entry_is_there_for_the_next_and_ends_with_its_version()
    {
        await using var store = new MemoryStore();
        await PutAsync(store, "key");
        var old = await SlotAsync(store, "key");
        var decoded = new object();

        old.Keep(decoded);
        old.Keep(new object());

        Assert.Same(decoded, (await SlotAsync(store, "key")).Decoded);
        await PutAsync(store, "key");
        Assert.Null((await SlotAsync(store, "key")).Decoded);
        Assert.Null(old.Decoded);
        old.Keep(decoded);
        Assert.Null(old.Decoded);
    }

    [Fact]
    public async Task What_is_committed_with_its_decoded_form_needs_no_decoding()
    {
        await using var store = new MemoryStore();
        var decoded = new object();
        Assert.True(await store.CommitAsync(new StoreBatch([new StoreWrite("key", new byte[10]) { Decoded = decoded }], [])));

        Assert.Same(decoded, (await SlotAsync(store, "key")).Decoded);
        store.ForgetDecoded();
        Assert.Null((await SlotAsync(store, "key")).Decoded);
    }

    [Fact]
    public async Task Decoded_forms_are_bounded_and_those_in_use_stay()
    {
        await using var store = new MemoryStore();
        const int Entries = 20_000;
        await PutAsync(store, "used", bytes: 1000);
        (await SlotAsync(store, "used")).Keep(new object());
        for (var i = 0; i < Entries; i++)
        {
            await PutAsync(store, $"k/{i}", bytes: 1000);
            (await SlotAsync(store, $"k/{i}")).Keep(new object());
            Assert.NotNull((await SlotAsync(store, "used")).Decoded);
        }

        var kept = 0;
        for (var i = 0; i < Entries; i++)
        {
            kept += (await SlotAsync(store, $"k/{i}")).Decoded is null ? 0 : 1;
        }

        Assert.InRange(kept, 1000, 8 * 1024 * 1024 / 1000);
    }

    private static async Task PutAsync(MemoryStore store, string key, int bytes = 10) =>
        Assert.True(await store.CommitAsync(new StoreBatch([new StoreWrite(key, new byte[bytes])], [])));

    private static async Task<EntrySlot> SlotAsync(MemoryStore store, string key) => (await store.GetAsync(key, Cancellation))!.Value.Slot!;
}
