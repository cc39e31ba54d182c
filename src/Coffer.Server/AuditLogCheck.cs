using System.Security.Cryptography;
using Coffer.Kernel.Audit;

namespace Coffer.Server;

/// <summary>Checks audit files against what is known of their log from elsewhere, and tells people what was checked and what was not.</summary>
public static class AuditLogCheck
{
    /// <summary>Every line up to the one that is named is as the server wrote it.</summary>
    public const int Proven = 0;

    /// <summary>A file, the key or a mark cannot be read.</summary>
    public const int NotRead = 1;

    /// <summary>It is not the log that the server wrote, or no audit log at all.</summary>
    public const int Broken = 2;

    /// <summary>Nothing speaks against it, and something was not checked.</summary>
    public const int NotProven = 3;

    /// <param name="files">Oldest first, each going on from the one before.</param>
    /// <param name="publicKeyPem">Of the server; null when it is not known.</param>
    /// <param name="device">UUID of the audit device; empty when it is not known.</param>
    /// <param name="marks">Lines that the log must hold, each as <c>SEQ:HASH</c>.</param>
    /// <returns>The exit code: one of those above.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> files, string? publicKeyPem, string device, IReadOnlyList<string> marks, TextWriter output, CancellationToken cancellation)
    {
        var proof = new AuditProof { PublicKeyPem = publicKeyPem, Device = device };
        foreach (var text in marks)
        {
            if (!AuditMark.TryParse(text, out var mark))
            {
                await output.WriteLineAsync("Error: the end of a chain is given as SEQ:HASH, as sys/audit-chain shows it");
                return NotRead;
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
                await output.WriteLineAsync($"Error: {file} cannot be read: {error.Message}");
                return NotRead;
            }
            catch (Exception error) when (error is CryptographicException or ArgumentException)
            {
                await output.WriteLineAsync("Error: the public key is not an ECDSA public key in PEM, as sys/audit-key shows it");
                return NotRead;
            }
            catch (InvalidDataException error)
            {
                await output.WriteLineAsync($"{file}: {error.Message}");
                return Broken;
            }

            cancellation.ThrowIfCancellationRequested();
            if (!await TellAsync(file, result, output))
            {
                return Broken;
            }

            found.Add(result);
        }

        return await ConcludeAsync(found, AuditConclusion.Of(found, proof), output);
    }

    private static async Task<bool> TellAsync(string file, AuditVerification result, TextWriter output)
    {
        foreach (var warning in result.Warnings)
        {
            await output.WriteLineAsync($"Warning: {file}: {warning}");
        }

        if (result.Break is not { } at)
        {
            return true;
        }

        await output.WriteLineAsync(result.LastSeq == 0
            ? $"{file} is not a log that a server wrote: line {at.Line}: {at.Message}."
            : $"{file}: the chain is broken at line {at.Line}: {at.Message}. Lines from there on prove nothing.");
        return false;
    }

    private static async Task<int> ConcludeAsync(List<AuditVerification> found, AuditConclusion conclusion, TextWriter output)
    {
        var (first, last) = (found[0], found[^1]);
        if (conclusion.Problem is { } problem)
        {
            await output.WriteLineAsync($"The log is not what the server wrote: {problem}.");
            return Broken;
        }

        await output.WriteLineAsync($"The chain holds: entries {first.FirstSeq} to {last.LastSeq}, the last with hash {last.LastHash}.");
        foreach (var what in conclusion.NotChecked)
        {
            await output.WriteLineAsync($"Not checked: {what}.");
        }

        if (!conclusion.NotChecked.IsEmpty)
        {
            return NotProven;
        }

        await output.WriteLineAsync(conclusion.VouchedSeq == last.LastSeq
            ? "Every entry is as the server wrote it, and none is missing."
            : $"Up to entry {conclusion.VouchedSeq} every entry is as the server wrote it, and none is missing. Later entries were written since.");
        return Proven;
    }
}
