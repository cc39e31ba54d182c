using System.Collections.Immutable;

namespace Coffer.Audit.Verification;

/// <summary>What a set of verified files proves as a whole, and what it does not.</summary>
/// <param name="Problem">Why this is not the log that the server wrote; null when nothing speaks against it. A sentence for people.</param>
/// <param name="NotChecked">What nothing that was given could show, each a phrase for people. Empty: every line up to <paramref name="VouchedSeq"/> is as the server wrote it.</param>
/// <param name="VouchedSeq">Entry up to which a signature or a mark vouches for the lines; zero when nothing does.</param>
public sealed record AuditConclusion(string? Problem, ImmutableArray<string> NotChecked, long VouchedSeq)
{
    /// <summary>Judges files that were verified one after another, each with the one before.</summary>
    /// <param name="files">At least one, none of them broken.</param>
    /// <exception cref="ArgumentException">There is none, or one is broken.</exception>
    public static AuditConclusion Of(IReadOnlyList<AuditVerification> files, AuditProof proof)
    {
        if (files.Count == 0 || files.Any(file => !file.IsIntact))
        {
            throw new ArgumentException("only files that verified can be judged", nameof(files));
        }

        return ProblemOf(files, proof) is { } problem
            ? new AuditConclusion(problem, [], 0)
            : new AuditConclusion(null, [.. Unchecked(files[0], files[^1], proof)], files[^1].VouchedSeq);
    }

    private static string? ProblemOf(IReadOnlyList<AuditVerification> files, AuditProof proof)
    {
        var last = files[^1];
        foreach (var mark in proof.Marks.Where(mark => mark.Seq > last.LastSeq))
        {
            return $"lines are missing at its end: it ends with entry {last.LastSeq}, and the server's log goes up to entry {mark.Seq}";
        }

        if (proof.Device.Length > 0 && last.Device.Length > 0 && last.Device != proof.Device)
        {
            return $"it is the log of another audit device: its last checkpoint names {AuditVerifier.Shown(last.Device)} and not {AuditVerifier.Shown(proof.Device)}";
        }

        return proof.PublicKeyPem is not null && files.All(file => file.CheckpointsVerified == 0) && last.MarkedSeq == 0
            ? "it holds no checkpoint, so no line of it is signed. A server signs every 1,000 entries and at the end of each file. Of a log that is younger, only the server can tell whether it is its own: use -ask"
            : null;
    }

    private static IEnumerable<string> Unchecked(AuditVerification first, AuditVerification last, AuditProof proof)
    {
        if (first.LacksBeginning)
        {
            yield return $"lines before entry {first.FirstSeq}: they are in an earlier file that was not given, or were removed";
        }

        if (proof.Marks.Any(mark => mark.Seq < first.FirstSeq))
        {
            yield return "a line that the server names: it comes before the first line that is here";
        }

        if (last.VouchedSeq == 0)
        {
            yield return "who wrote the log: no public key was given, and anybody who can write the file can compute such a chain. Use -ask or -public-key";
        }
        else if (last.VouchedSeq < last.LastSeq && last.MarkedSeq == 0)
        {
            yield return $"entries {last.VouchedSeq + 1} to {last.LastSeq}: they come after the last checkpoint and are not signed yet";
        }

        if (last.MarkedSeq == 0)
        {
            yield return "whether lines are missing at the end: only the server knows where its log ends. Use -ask or -end";
        }
    }
}
