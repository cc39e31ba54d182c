namespace Coffer.Cli.Hooks;

/// <summary>What <c>audit verify</c> is to check, and against what.</summary>
/// <param name="Files">Oldest first, each going on from the one before.</param>
/// <param name="PublicKeyPem">Of the server; null when it is not known.</param>
/// <param name="Device">UUID of the audit device; empty when it is not known.</param>
/// <param name="Marks">Lines that the log must hold, each as <c>SEQ:HASH</c>.</param>
public sealed record AuditVerifyOptions(IReadOnlyList<string> Files, string? PublicKeyPem, string Device, IReadOnlyList<string> Marks);
