using Coffer.Kernel.Audit;

namespace Coffer.Server;

/// <summary>Checks the hash chain of an audit file, without a server, and tells people the outcome.</summary>
public static class AuditLogCheck
{
    /// <returns>The exit code: 0 when the chain holds, 2 when it does not, 1 when the file cannot be read.</returns>
    public static async Task<int> RunAsync(string file, TextWriter output, CancellationToken cancellation)
    {
        AuditVerification result;
        try
        {
            await using var stream = File.OpenRead(file);
            result = AuditVerifier.Verify(stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await output.WriteLineAsync($"Error: {file} cannot be read: {error.Message}");
            return 1;
        }

        cancellation.ThrowIfCancellationRequested();
        foreach (var warning in result.Warnings)
        {
            await output.WriteLineAsync($"Warning: {warning}");
        }

        if (result.Break is { } at)
        {
            await output.WriteLineAsync($"The chain is broken at line {at.Line}: {at.Message}. What stands before that line is as it was written.");
            return 2;
        }

        await output.WriteLineAsync($"The chain holds: entries {result.FirstSeq} to {result.LastSeq}, the last with hash {result.LastHash}.");
        return 0;
    }
}
