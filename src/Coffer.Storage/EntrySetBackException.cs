namespace Coffer.Storage;

/// <summary>An entry is not the one that was last committed. The message names its kind and no key.</summary>
public sealed class EntrySetBackException : StoreUnavailableException
{
    public EntrySetBackException(string message)
        : base(message)
    {
    }

    public EntrySetBackException(string message, Exception cause)
        : base(message, cause)
    {
    }

    public EntrySetBackException()
    {
    }
}
