
namespace Coffer.Audit.Verification;

/// <summary>Which entries of an audit log were read.</summary>
/// <param name="First">Number of the first.</param>
/// <param name="Last">Number of the last.</param>
/// <param name="LastHash">Hash of the last line, in hexadecimal.</param>
/// <param name="Vouched">Up to which entry a signature or a mark vouches for them; zero for none.</param>
public sealed record AuditLogEntries(long First, long Last, string LastHash, long Vouched);
