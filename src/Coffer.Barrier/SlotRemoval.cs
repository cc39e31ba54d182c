namespace Coffer.Barrier;

/// <summary>What became of a request to remove a key slot.</summary>
public enum SlotRemoval
{
    /// <summary>The slot is gone.</summary>
    Removed,

    /// <summary>There was no such slot.</summary>
    NotFound,

    /// <summary>It is the last one that can be read, and stays: without it the store could never be opened again.</summary>
    LastOne,
}
