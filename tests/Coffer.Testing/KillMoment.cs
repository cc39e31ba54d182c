namespace Coffer.Testing;

/// <summary>Where in a commit a process dies.</summary>
public enum KillMoment
{
    /// <summary>The commit has not been handed to the store.</summary>
    Before,

    /// <summary>The store has written every row, that of its register too, and has committed nothing.</summary>
    Written,

    /// <summary>It is committed, and the record beside the file does not say so yet.</summary>
    Committed,

    /// <summary>The record says so as well, and nobody was answered.</summary>
    Recorded,

    /// <summary>Only the answer is lost.</summary>
    After,
}
