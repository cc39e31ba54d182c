using System.Security.Cryptography;
using Coffer.Audit.Chain;

namespace Coffer.Audit.Verification;

/// <summary>Checks audit files against what is known of their log from elsewhere.</summary>
public static class AuditLogCheck
{
    /// <param name="files">Oldest first, each going on from the one before.</param>
    /// <param name="publicKeyPem">Of the server; null when it is not known.</param>
    /// <param name="device">UUID of the audit device; empty when it is not known.</param>
    /// <param name="marks">Lines that the log must hold, each as <c>SEQ:HASH</c>.</param>
    public static async Task<AuditLogReport> RunAsync(
        IReadOnlyList<string> files, string? publicKeyPem, string device, IReadOnlyList<string> marks, CancellationToken cancellation)
    {
        var report = new AuditLogReport { Files = [.. files] };
        var proof = new AuditProof { PublicKeyPem = publicKeyPem, Device = device };
        foreach (var text in marks)
        {
            if (!AuditMark.TryParse(text, out var mark))
            {
                return report.With(AuditLogVerdict.NotRead, "the end of a chain is given as SEQ:HASH, as sys/audit-chain shows it");
            }

            proof = proof with { Marks = proof.Marks.Add(mark) };
        }

        List<AuditVerification> found = [];
        foreach (var file in files)
        {
            AuditVerification result;
            try
            {
                await using var stream = File.OpenRead(file);
                result = AuditVerifier.Verify(stream, proof, found.LastOrDefault());
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return report.With(AuditLogVerdict.NotRead, $"{file} cannot be read: {error.Message}");
            }
            catch (Exception error) when (error is CryptographicException or ArgumentException)
            {
                return report.With(AuditLogVerdict.NotRead, "the public key is not an ECDSA public key in PEM, as sys/audit-key shows it");
            }
            catch (InvalidDataException error)
            {
                return report.With(AuditLogVerdict.Broken, $"{file}: {error.Message}");
            }

            cancellation.ThrowIfCancellationRequested();
            report = report with { Warnings = [.. report.Warnings, .. result.Warnings.Select(warning => $"{file}: {warning}")] };
            if (result.Break is { } at)
            {
                return report.With(AuditLogVerdict.Broken, result.LastSeq == 0
                    ? $"{file} is not a log that a server wrote: line {at.Line}: {at.Message}."
                    : $"{file}: the chain is broken at line {at.Line}: {at.Message}. Lines from there on prove nothing.");
            }

            found.Add(result);
        }

        return Concluded(report, found, AuditConclusion.Of(found, proof));
    }

    private static AuditLogReport Concluded(AuditLogReport report, List<AuditVerification> found, AuditConclusion conclusion)
    {
        var (first, last) = (found[0], found[^1]);
        report = report with { Entries = new AuditLogEntries(first.FirstSeq, last.LastSeq, last.LastHash, conclusion.VouchedSeq), NotChecked = conclusion.NotChecked };
        return conclusion.Problem is { } problem ? report.With(AuditLogVerdict.Broken, $"The log is not what the server wrote: {problem}.")
            : report with { Verdict = conclusion.NotChecked.IsEmpty ? AuditLogVerdict.Proven : AuditLogVerdict.NotProven };
    }
}
