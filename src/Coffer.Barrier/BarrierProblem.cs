namespace Coffer.Barrier;

/// <summary>What is wrong with bytes that the barrier was to open.</summary>
public enum BarrierProblem
{
    /// <summary>The bytes do not have the form of what was expected: too short, cut off, too long, or not well-formed.</summary>
    Malformed,

    /// <summary>The version byte is none that this program knows: written by a newer program, or not written by one at all.</summary>
    UnknownVersion,

    /// <summary>Sealed under a term that the keyring does not hold: the keyring is older than the entry, or the entry is damaged.</summary>
    UnknownTerm,

    /// <summary>The authentication tag does not fit: the bytes were changed, belong to another storage key, or were sealed by another key.</summary>
    NotAuthentic,

    /// <summary>Something that must be in the store is not there.</summary>
    Missing,

    /// <summary>The store, or the keyring in it, is not in the state that the operation needs.</summary>
    Conflict,

    /// <summary>Key material that was given has the wrong length or encoding, or is plainly not a random key.</summary>
    KeyMaterial,
}
