namespace Coffer.Barrier;

/// <summary>The storage keys of the entries that the keyring does not seal, since they are what the keyring is opened with.</summary>
public static class SealKeys
{
    /// <summary>The keyring, sealed by the root key.</summary>
    public const string Keyring = "core/keyring";

    /// <summary>Before each key slot's id.</summary>
    public const string SlotPrefix = "core/slots/";

    /// <summary>The storage key of a slot.</summary>
    public static string Slot(string id) => SlotPrefix + id;
}
