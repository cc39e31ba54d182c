namespace Coffer.Barrier;

/// <summary>
/// The name of each kind of ciphertext, the first part of its associated data: bytes made for one purpose never open as another.
/// A label is part of the stored format, so it never changes; a new format gets a new label.
/// </summary>
internal static class ContextLabels
{
    /// <summary>A stored entry, sealed by a term of the keyring.</summary>
    public static ReadOnlySpan<byte> Entry => "coffer/barrier/entry"u8;

    /// <summary>The keyring, sealed by the root key.</summary>
    public static ReadOnlySpan<byte> Keyring => "coffer/barrier/keyring"u8;

    /// <summary>The root key, wrapped by a key slot's key.</summary>
    public static ReadOnlySpan<byte> KeySlot => "coffer/barrier/key-slot"u8;
}
