using System.Diagnostics;
using System.Text.Json;
using Coffer.Audit.Verification;

namespace Coffer.Audit.Tests;

/// <summary>What tests do with the files of audit devices.</summary>
internal static class AuditFiles
{
    /// <summary>The entries of a file, checkpoints left out.</summary>
    public static JsonElement[] Entries(string file) =>
        [.. File.ReadAllLines(file).Select(line => JsonElement.Parse(line)).Where(line => line.GetProperty("type").GetString() != "checkpoint")];

    public static AuditVerification Verify(string file, string? key = null)
    {
        using var stream = File.OpenRead(file);
        return AuditVerifier.Verify(stream, key);
    }

    /// <summary>Gives a file a second name.</summary>
    public static async Task HardLinkAsync(string file, string second)
    {
        using var link = Process.Start("ln", [file, second]);
        await link.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, link.ExitCode);
    }
}
