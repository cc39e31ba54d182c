namespace Coffer.Storage;

/// <summary>What a store knows of itself beyond its entries. A store that lives in a file has one; others need not.</summary>
public interface IStoreCondition
{
    /// <summary>What keeps it from taking writes, with the remedy; null when all is well. Cheap enough to be asked with every look at the server's health.</summary>
    string? Problem { get; }

    /// <summary>Not null when this is an older copy than the one that was last in use here: a restored backup, or a file without the record that stood beside it.</summary>
    OlderCopy? Older { get; }

    /// <summary>An operator goes on with the older copy: with the next commit it is the newest there is.</summary>
    void AcceptOlder();
}

/// <summary>A place in a store's history.</summary>
/// <param name="Generation">Grows by one with every group of commits.</param>
/// <param name="Time">Of that commit, by the system's clock.</param>
public readonly record struct StoreMark(long Generation, DateTimeOffset Time);

/// <summary>A store that is older than it should be.</summary>
/// <param name="Found">What the file says of itself.</param>
/// <param name="Known">What was known outside the file; null when nothing was.</param>
public sealed record OlderCopy(StoreMark Found, StoreMark? Known);
