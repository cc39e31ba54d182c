using System.Diagnostics;
using System.Text;

namespace Coffer.Cli.Tests.Processes;

/// <summary>The program on a terminal of its own, which <c>script</c> of util-linux makes.</summary>
public sealed class PseudoTerminalTests : IDisposable
{
    private const string Script = "/usr/bin/script";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("coffer-terminal-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [InlineData("print token", "hvs.t")]
    [InlineData("version", "v")]
    [InlineData("-help", "Usage: ")]
    [InlineData("read a/b", "refused")]
    [InlineData("nosuch", "Unknown command")]
    [InlineData("server -config=none.hcl", "none.hcl")]
    [InlineData("server -dev -dev-listen-address=x", "must be an IP address")]
    public async Task A_command_prints_no_escape_sequence_on_a_terminal(string line, string words)
    {
        var output = await RunAsync($"\"$COFFER\" {line}", typed: null);

        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }

    [Theory]
    [InlineData("login -method=userpass username=u", "Password (will be hidden): ")]
    [InlineData("write auth/userpass/users/u password=-", "password (will be hidden): ")]
    public async Task A_password_is_hidden_while_it_is_typed_and_the_terminal_is_as_before_afterwards(string line, string prompt)
    {
        var output = await RunAsync($"stty -a; \"$COFFER\" {line}; stty -a", typed: "s3same\n");

        Assert.Contains(prompt, output, StringComparison.Ordinal);
        Assert.Contains("refused", output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3same", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        var settings = output.Split("\r\n").Where(text => text.Contains("icanon", StringComparison.Ordinal) || text.Contains("echonl", StringComparison.Ordinal)).ToArray();
        Assert.True(settings.Length is 2 or 4, output);
        Assert.Equal(settings[..(settings.Length / 2)], settings[(settings.Length / 2)..]);
    }

    /// <summary>What the terminal showed of a line of a shell.</summary>
    /// <param name="typed">Typed once a question that is hidden was shown; null for nothing.</param>
    private async Task<string> RunAsync(string line, string? typed)
    {
        Assert.SkipUnless(File.Exists(Script), "there is no script of util-linux, which makes terminals");
        var start = new ProcessStartInfo(Script, ["-q", "-c", line, "/dev/null"])
        {
            WorkingDirectory = _home.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["HOME"] = _home.FullName;
        start.Environment["TERM"] = "xterm";
        start.Environment["NO_COLOR"] = "1";
        start.Environment["COFFER"] = Path.Combine(AppContext.BaseDirectory, "coffer");
        start.Environment["VAULT_TOKEN"] = "hvs.t";
        start.Environment["VAULT_ADDR"] = "http://127.0.0.1:1";
        start.Environment["VAULT_MAX_RETRIES"] = "0";
        start.Environment["NO_PROXY"] = "127.0.0.1";
        using var process = Process.Start(start)!;
        try
        {
            var shown = new StringBuilder();
            var buffer = new char[4096];
            for (int count; (count = await process.StandardOutput.ReadAsync(buffer, Cancel)) > 0;)
            {
                shown.Append(buffer, 0, count);
                if (typed is not null && shown.ToString().Contains("(will be hidden): ", StringComparison.Ordinal))
                {
                    await process.StandardInput.WriteAsync(typed);
                    await process.StandardInput.FlushAsync(Cancel);
                    typed = null;
                }
            }

            await process.WaitForExitAsync(Cancel);
            return shown.ToString();
        }
        finally
        {
            process.Kill();
        }
    }
}
