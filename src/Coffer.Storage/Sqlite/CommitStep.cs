namespace Coffer.Storage.Sqlite;

/// <summary>Where in a commit the writer is: for tests that end the process there.</summary>
internal enum CommitStep
{
    /// <summary>Every row is written, that of the register too; nothing is committed.</summary>
    Written,

    /// <summary>Committed; the record beside the database does not say so yet.</summary>
    Committed,

    /// <summary>The record says so too; nobody was answered.</summary>
    Recorded,
}
