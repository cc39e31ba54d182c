using Coffer.Sdk.Primitives;
using Coffer.Storage;

namespace Coffer.Barrier.Tests;

public sealed class SealStoreTests : IDisposable
{
    private readonly DictionaryStore _store = new();
    private readonly SealStore _seal;
    private readonly SecretBytes _rootKey = Kit.Key(1);
    private readonly SecretBytes _firstKey = Kit.Key(2);
    private readonly SecretBytes _secondKey = Kit.Key(3);
    private readonly KeySlot _first;
    private readonly KeySlot _second;

    public SealStoreTests()
    {
        _seal = new SealStore(_store, new SeededRandom(8));
        _first = Kit.Slot(_rootKey, _firstKey, seed: 1);
        _second = Kit.Slot(_rootKey, _secondKey, seed: 2);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Initialising_stores_keyring_slot_and_further_writes_in_one_commit()
    {
        Assert.False(await _seal.IsInitializedAsync(Cancellation));

        Assert.True(await InitializeAsync(new StoreWrite("core/mounts", new byte[] { 7 })));

        Assert.True(await _seal.IsInitializedAsync(Cancellation));
        Assert.Equal(1, _store.Commits);
        Assert.Equal(["core/keyring", "core/mounts", $"core/slots/{_first.Id}"], _store.Entries.Keys);
        var (ring, _) = await _seal.LoadKeyringAsync(_rootKey, Cancellation);
        using (ring)
        {
            Assert.Equal(1U, ring.ActiveTerm);
        }
    }

    [Fact]
    public async Task A_store_is_initialised_once()
    {
        await InitializeAsync();
        var before = _store.Entries.ToArray();

        Assert.False(await InitializeAsync());

        Assert.Equal(before, _store.Entries);
    }

    [Fact]
    public async Task Of_two_that_initialise_at_once_one_wins_whole()
    {
        using var otherRoot = Kit.Key(50);
        var otherSlot = Kit.Slot(otherRoot, _secondKey, seed: 51);
        _store.BeforeCommit = async () => Assert.True(await InitializeAsync());
        using var ring = Kit.Ring(seed: 52);

        Assert.False(await _seal.InitializeAsync(otherRoot, otherSlot, _secondKey, ring, [], Cancellation));

        Assert.Equal(_first.Id, Assert.Single((await _seal.ListSlotsAsync(Cancellation)).Slots).Id);
        (await _seal.LoadKeyringAsync(_rootKey, Cancellation)).Ring.Dispose();
    }

    [Fact]
    public async Task A_slot_that_does_not_open_to_the_root_key_initialises_nothing()
    {
        using var ring = Kit.Ring();
        using var otherRoot = Kit.Key(50);

        await Assert.ThrowsAsync<ArgumentException>(async () => await _seal.InitializeAsync(_rootKey, _first, _secondKey, ring, [], Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _seal.InitializeAsync(otherRoot, _first, _firstKey, ring, [], Cancellation));

        Assert.Empty(_store.Entries);
    }

    [Fact]
    public async Task Slots_without_a_keyring_are_a_damaged_store_not_a_new_one()
    {
        await InitializeAsync();
        _store.Entries.Remove(SealKeys.Keyring);

        Assert.Equal(BarrierProblem.Conflict, (await Refused(async () => await InitializeAsync())).Problem);
    }

    [Fact]
    public async Task A_further_slot_opens_the_same_ring_and_changes_nothing_else()
    {
        await InitializeAsync();
        var before = _store.Entries.ToArray();

        await _seal.AddSlotAsync(_second, _secondKey, Cancellation);

        Assert.Equal(before, _store.Entries.Where(entry => entry.Key != SealKeys.Slot(_second.Id)));
        var listed = (await _seal.ListSlotsAsync(Cancellation)).Slots;
        Assert.Equal([.. new[] { _first.Id, _second.Id }.Order(StringComparer.Ordinal)], listed.Select(slot => slot.Id));
        using var opened = listed.Single(slot => slot.Id == _second.Id).Open(_secondKey);
        (await _seal.LoadKeyringAsync(opened!, Cancellation)).Ring.Dispose();
    }

    [Fact]
    public async Task A_slot_for_another_root_key_or_without_its_own_key_is_not_added()
    {
        await InitializeAsync();
        using var otherRoot = Kit.Key(50);
        var stranger = Kit.Slot(otherRoot, _secondKey, seed: 51);

        await Assert.ThrowsAsync<ArgumentException>(async () => await _seal.AddSlotAsync(_second, _firstKey, Cancellation));
        Assert.Equal(
            BarrierProblem.NotAuthentic, (await Refused(async () => await _seal.AddSlotAsync(stranger, _secondKey, Cancellation))).Problem);

        Assert.Single((await _seal.ListSlotsAsync(Cancellation)).Slots);
    }

    [Fact]
    public async Task A_slot_is_not_added_twice_nor_beyond_the_bound()
    {
        await InitializeAsync();
        Assert.Equal(BarrierProblem.Conflict, (await Refused(async () => await _seal.AddSlotAsync(_first, _firstKey, Cancellation))).Problem);
        for (var i = 1; i < Limits.SlotsMax; i++)
        {
            await _seal.AddSlotAsync(Kit.Slot(_rootKey, _secondKey, seed: 100 + i), _secondKey, Cancellation);
        }

        Assert.Equal(
            "there are 64 key slots already; remove one first",
            (await Refused(async () => await _seal.AddSlotAsync(_second, _secondKey, Cancellation))).Message);
    }

    [Fact]
    public async Task A_slot_is_added_also_when_the_ring_is_rotated_meanwhile()
    {
        await InitializeAsync();
        _store.BeforeCommit = async () => await RotateAsync();

        await _seal.AddSlotAsync(_second, _secondKey, Cancellation);

        Assert.Equal(2, (await _seal.ListSlotsAsync(Cancellation)).Slots.Count);
    }

    [Fact]
    public async Task Replacing_a_slot_is_one_commit_and_the_old_key_opens_nothing_afterwards()
    {
        await InitializeAsync();
        var commits = _store.Commits;

        await _seal.ReplaceSlotAsync(_first.Id, _second, _secondKey, Cancellation);

        Assert.Equal(commits + 1, _store.Commits);
        var slot = Assert.Single((await _seal.ListSlotsAsync(Cancellation)).Slots);
        Assert.Null(slot.Open(_firstKey));
        Assert.Equal(
            BarrierProblem.Missing, (await Refused(async () => await _seal.ReplaceSlotAsync(_first.Id, _first, _firstKey, Cancellation))).Problem);
    }

    [Fact]
    public async Task Removing_leaves_the_other_slot_working_and_the_last_one_in_place()
    {
        await InitializeAsync();
        await _seal.AddSlotAsync(_second, _secondKey, Cancellation);

        Assert.Equal(SlotRemoval.NotFound, await _seal.RemoveSlotAsync("no-such-slot", Cancellation));
        Assert.Equal(SlotRemoval.Removed, await _seal.RemoveSlotAsync(_first.Id, Cancellation));
        Assert.Equal(SlotRemoval.LastOne, await _seal.RemoveSlotAsync(_second.Id, Cancellation));

        var slot = Assert.Single((await _seal.ListSlotsAsync(Cancellation)).Slots);
        using var opened = slot.Open(_secondKey);
        (await _seal.LoadKeyringAsync(opened!, Cancellation)).Ring.Dispose();
    }

    [Fact]
    public async Task Two_that_remove_each_others_last_companion_leave_one_slot()
    {
        await InitializeAsync();
        await _seal.AddSlotAsync(_second, _secondKey, Cancellation);
        _store.BeforeCommit = async () => Assert.Equal(SlotRemoval.Removed, await _seal.RemoveSlotAsync(_second.Id, Cancellation));

        Assert.Equal(SlotRemoval.LastOne, await _seal.RemoveSlotAsync(_first.Id, Cancellation));

        Assert.Single((await _seal.ListSlotsAsync(Cancellation)).Slots);
    }

    [Fact]
    public async Task A_damaged_slot_is_listed_counts_for_nothing_and_can_be_removed()
    {
        await InitializeAsync();
        _store.Entries[SealKeys.Slot("broken")] = new StoreEntry(1000, new byte[] { 1 });
        _store.Entries[SealKeys.Slot("copied")] = new StoreEntry(1001, KeySlotRecord.Encode(_first));

        var listing = await _seal.ListSlotsAsync(Cancellation);

        Assert.Equal(_first.Id, Assert.Single(listing.Slots).Id);
        Assert.Equal(["broken", "copied"], listing.Damaged);
        Assert.Equal(SlotRemoval.LastOne, await _seal.RemoveSlotAsync(_first.Id, Cancellation));
        Assert.Equal(SlotRemoval.Removed, await _seal.RemoveSlotAsync("broken", Cancellation));
    }

    [Fact]
    public async Task A_rotated_ring_is_stored_on_condition_of_the_version_it_came_from()
    {
        await InitializeAsync();
        var (ring, version) = await _seal.LoadKeyringAsync(_rootKey, Cancellation);
        using var held = ring;
        using var rotated = ring.Rotate(new SeededRandom(60), Kit.Clock());

        Assert.True(await _seal.StoreKeyringAsync(_rootKey, rotated, version, Cancellation));
        Assert.False(await _seal.StoreKeyringAsync(_rootKey, rotated, version, Cancellation));

        var (stored, newer) = await _seal.LoadKeyringAsync(_rootKey, Cancellation);
        using var read = stored;
        Assert.True(newer > version);
        Assert.Equal(2U, read.ActiveTerm);
        Assert.True(read.Table.Active.HasKeyOf(rotated.Table.Active));
    }

    [Fact]
    public async Task A_ring_that_changes_between_check_and_commit_is_not_overwritten()
    {
        await InitializeAsync();
        var (ring, version) = await _seal.LoadKeyringAsync(_rootKey, Cancellation);
        using var held = ring;
        _store.BeforeCommit = async () => await RotateAsync();

        Assert.False(await _seal.StoreKeyringAsync(_rootKey, ring, version, Cancellation));
    }

    [Fact]
    public async Task A_wrong_root_key_neither_loads_nor_overwrites_the_ring()
    {
        await InitializeAsync();
        using var wrong = Kit.Key(50);
        using var ring = Kit.Ring();
        var before = _store.Entries.ToArray();

        Assert.Equal(BarrierProblem.NotAuthentic, (await Refused(async () => await _seal.LoadKeyringAsync(wrong, Cancellation))).Problem);
        Assert.Equal(
            BarrierProblem.NotAuthentic, (await Refused(async () => await _seal.StoreKeyringAsync(wrong, ring, before[0].Value.Version, Cancellation))).Problem);

        Assert.Equal(before, _store.Entries);
    }

    [Fact]
    public async Task Counts_survive_a_restart_once_they_were_stored()
    {
        await InitializeAsync();
        var (ring, version) = await _seal.LoadKeyringAsync(_rootKey, Cancellation);
        using var cipher = new EntryCipher(ring, new SeededRandom(1));
        cipher.Seal("k", []);
        cipher.Seal("k", []);
        using var held = cipher.ShareRing();

        Assert.True(await _seal.StoreKeyringAsync(_rootKey, held, version, Cancellation));

        Assert.Equal(2, held.ActiveEncryptions);
        var (after, _) = await _seal.LoadKeyringAsync(_rootKey, Cancellation);
        using var read = after;
        Assert.Equal(2, read.ActiveEncryptions);
    }

    [Fact]
    public async Task An_empty_store_has_no_ring() =>
        Assert.Equal(
            "the store holds no keyring: it is not initialized",
            (await Refused(async () => await _seal.LoadKeyringAsync(_rootKey, Cancellation))).Message);

    public void Dispose()
    {
        _rootKey.Dispose();
        _firstKey.Dispose();
        _secondKey.Dispose();
    }

    private async Task<bool> InitializeAsync(params StoreWrite[] others)
    {
        using var ring = Kit.Ring();
        return await _seal.InitializeAsync(_rootKey, _first, _firstKey, ring, others, Cancellation);
    }

    private async Task RotateAsync()
    {
        var (ring, version) = await _seal.LoadKeyringAsync(_rootKey, Cancellation);
        using var held = ring;
        using var rotated = ring.Rotate(new SeededRandom(70), Kit.Clock());
        Assert.True(await _seal.StoreKeyringAsync(_rootKey, rotated, version, Cancellation));
    }

    private static async Task<BarrierException> Refused(Func<Task> act) => await Assert.ThrowsAsync<BarrierException>(act);
}
