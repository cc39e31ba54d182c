namespace Coffer.Sdk.Storage;

/// <summary>
/// A stored value that is read back, to the last member, as it was written. The kernel may then give the very object that was stored to the next reader, who needs
/// not decrypt and parse it. Such a value is immutable, as everything is that readers share.
/// </summary>
public interface IStoredWhole
{
    /// <summary>False for a value that its JSON form changes, such as a dictionary with an order of its own.</summary>
    bool IsStoredWhole { get; }
}
