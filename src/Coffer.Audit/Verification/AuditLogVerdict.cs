
namespace Coffer.Audit.Verification;

/// <summary>What came of a check of audit files. The numbers are the exit codes of <c>coffer audit verify</c>.</summary>
public enum AuditLogVerdict
{
    /// <summary>Every line up to the one that is named is as the server wrote it.</summary>
    Proven = 0,

    /// <summary>A file, the key or a mark cannot be read.</summary>
    NotRead = 1,

    /// <summary>It is not the log that the server wrote, or no audit log at all.</summary>
    Broken = 2,

    /// <summary>Nothing speaks against it, and something was not checked.</summary>
    NotProven = 3,
}
