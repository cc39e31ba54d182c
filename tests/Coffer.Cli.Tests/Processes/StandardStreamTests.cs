using System.Diagnostics;

namespace Coffer.Cli.Tests.Processes;

/// <summary>The program with outputs that take nothing, and arguments that are no text: only a process has those.</summary>
public sealed class StandardStreamTests
{
    [Theory]
    [InlineData("version >/dev/full", 1, "Error writing output: ")]
    [InlineData("version -help >/dev/full", 1, "Error writing output: ")]
    [InlineData("help >/dev/full", 1, "Error writing output: ")]
    [InlineData("-h >/dev/full", 1, "Error writing output: ")]
    [InlineData("version >&-", 1, "Error writing output: ")]
    [InlineData("read 2>&-", 1, "")]
    [InlineData("read 2>/dev/full", 1, "")]
    [InlineData("nosuch 2>&-", 127, "")]
    [InlineData("write a b=$(printf '\\377')", 1, "An argument is not UTF-8 text")]
    [InlineData("help $(printf '\\357\\277\\275')", 127, "Unknown command")]
    public async Task A_stream_that_cannot_be_used_is_a_fault_and_no_crash(string line, int expected, string words)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "coffer");
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"\"$0\" {line}", program]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(expected == process.ExitCode, $"{process.ExitCode}: {error}");
        Assert.StartsWith(words, error, StringComparison.Ordinal);
    }
}
