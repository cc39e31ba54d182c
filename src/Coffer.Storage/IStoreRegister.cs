namespace Coffer.Storage;

/// <summary>
/// A register of entries: with each commit, a store that has one notes what every entry of the chosen kinds is from then on, under a key that it is given.
/// An entry that was changed, set back to an older version, removed or brought back in any other way than by a commit is noticed.
/// </summary>
/// <remarks>
/// The register is part of the commit: there is no moment at which a crash leaves one without the other. Whether all entries are those that were last committed is
/// looked at when the register is opened; from then on each read of an entry of these kinds is. What is noticed at opening is in
/// <see cref="IStoreCondition.Older"/>; a read that meets such an entry throws <see cref="EntrySetBackException"/>.
/// </remarks>
public interface IStoreRegister
{
    /// <summary>Opens the register, or begins one in a store without entries of these kinds. Reads all of them. One that is open already is opened again.</summary>
    /// <param name="key">At least 32 bytes, the same for the store's whole life. Copied.</param>
    /// <param name="kinds">What is registered. Kinds that are registered for the first time are taken as they are found.</param>
    /// <param name="cancellation">Heeded until the opening begins.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    ValueTask OpenRegisterAsync(ReadOnlyMemory<byte> key, IReadOnlyList<RegisteredKind> kinds, CancellationToken cancellation);

    /// <summary>Forgets the key after the commits that were handed over before. A store with a register takes no writes until it is opened again.</summary>
    ValueTask CloseRegisterAsync();
}
