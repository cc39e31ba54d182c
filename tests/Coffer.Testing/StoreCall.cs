namespace Coffer.Testing;

/// <summary>The calls of <see cref="Storage.IStore"/>.</summary>
public enum StoreCall
{
    Get,
    Scan,
    Commit,
}
