using System.Diagnostics;

namespace Coffer.Walkthrough.Tests.Running;

/// <summary>What a person types runs in here: a real shell, with the program as <c>vault</c> first in its path and a home of its own.</summary>
/// <remarks>Each step is a shell process; what it exports is there for the next one, as in one long session.</remarks>
internal sealed class Terminal
{
    private const string Shell = "/bin/sh";

    private readonly Installation _installation;
    private readonly string _exports;

    public Terminal(Installation installation)
    {
        _installation = installation;
        _exports = Path.Combine(installation.Home, "exports");
        File.WriteAllText(_exports, "");
    }

    /// <summary>Exports a variable. The value may not hold a quote.</summary>
    public void Export(string name, string value)
    {
        Assert.DoesNotContain('\'', value);
        File.AppendAllText(_exports, $"export {name}='{value}'\n");
    }

    /// <summary>Types the lines of a section, one after the other, and holds what comes back against it.</summary>
    /// <returns>The output of the last step.</returns>
    public async Task<string> PlayAsync(IEnumerable<TranscriptStep> section)
    {
        var output = "";
        foreach (var step in section)
        {
            (var exitCode, output) = await TypeAsync(step.Typed);
            var expected = string.Join('\n', step.Output);
            Assert.True(step.Agrees(output), $"$ {step.Typed}\ncame back with:\n{output}\nand should have with:\n{expected}");
            Assert.True(exitCode == step.ExitCode, $"$ {step.Typed}\nended with exit code {exitCode}, not {step.ExitCode}:\n{output}");
        }

        return output;
    }

    /// <summary>Types lines and gives back what a person would see.</summary>
    public async Task<(int ExitCode, string Output)> TypeAsync(string lines)
    {
        var script = $". \"$HOME/exports\"\nexec 2>&1\n{lines}\nstatus=$?\nexport -p > \"$HOME/exports\"\nexit $status\n";
        var start = _installation.StartInfo(Shell, "-c", script);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{Shell} did not start");
        process.StandardInput.Close();
        try
        {
            // Both are read together: a full pipe would stop the program that writes into it.
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
