namespace Coffer.Barrier;

/// <summary>The key slots of a store.</summary>
/// <param name="Slots">In order of id.</param>
/// <param name="Damaged">Ids of slots that cannot be read. They open nothing, keep no other slot from opening, and may be removed.</param>
public sealed record SlotListing(IReadOnlyList<KeySlot> Slots, IReadOnlyList<string> Damaged);
