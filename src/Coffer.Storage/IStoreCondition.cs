using System.Collections.Immutable;

namespace Coffer.Storage;

/// <summary>What a store knows of itself beyond its entries. A store that lives in a file has one; others need not.</summary>
public interface IStoreCondition : IStoreRegister
{
    /// <summary>What keeps it from taking writes, with the remedy; null when all is well. Cheap enough to be asked with every look at the server's health.</summary>
    string? Problem { get; }

    /// <summary>
    /// Not null when this is not what was last in use here: an older copy, such as a restored backup or a file without the record beside it, or one with entries that were
    /// changed behind the store's back.
    /// </summary>
    OlderCopy? Older { get; }

    /// <summary>The newest generation that is known, of this store or, where it is an older copy, outside of it.</summary>
    long Generation { get; }

    /// <summary>Says how far this store had come, as something outside of it remembers: if that is farther than it is now, it is an older copy.</summary>
    ValueTask NoteKnownAsync(StoreMark known);

    /// <summary>An operator goes on with what is there: with the next commit it is the newest there is.</summary>
    void AcceptOlder();
}

/// <summary>A place in a store's history.</summary>
/// <param name="Generation">Grows by one with every group of commits; not in an older copy that nobody has accepted.</param>
/// <param name="Time">Of that commit, by the system's clock.</param>
public readonly record struct StoreMark(long Generation, DateTimeOffset Time);

/// <summary>A store that is older than it should be.</summary>
/// <param name="Found">What the file says of itself.</param>
/// <param name="Known">What was known outside the file; null when nothing was.</param>
public sealed record OlderCopy(StoreMark Found, StoreMark? Known)
{
    /// <summary>Kinds of entries that are not what was last committed, though the copy as a whole may be the newest.</summary>
    public ImmutableArray<string> Touched { get; init; } = [];
}
