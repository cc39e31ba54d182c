using Coffer.Cli.Dispatch;
using Coffer.Cli.Hooks;
using Coffer.Cli.Tests.Running;

namespace Coffer.Cli.Tests;

public sealed class CompletionInstallTests : IDisposable
{
    private const string Prelude = "autoload -U +X bashcompinit && bashcompinit";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("coffer-completion-");

    private string Bash => Path.Combine(_home.FullName, ".bashrc");

    private string Zsh => Path.Combine(_home.FullName, ".zshrc");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Without_a_start_up_file_nothing_is_installed_which_is_said_and_is_1()
    {
        var (code, output, error) = await RunAsync("-autocomplete-install");

        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains("there is neither ~/.bashrc nor ~/.zshrc", error, StringComparison.Ordinal);
        Assert.Empty(_home.GetFileSystemInfos());
        Assert.Equal(1, (await RunAsync("-autocomplete-install", home: "")).Code);
    }

    [Fact]
    public async Task What_was_installed_is_taken_out_again_and_the_files_are_as_before()
    {
        await File.WriteAllTextAsync(Bash, "alias a=b\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Zsh, "alias c=d\n", TestContext.Current.CancellationToken);

        Assert.Equal(0, (await RunAsync("-autocomplete-install")).Code);
        string[] installed = [await ReadAsync(Bash), await ReadAsync(Zsh)];
        var again = await RunAsync("--autocomplete-install");
        string[] unchanged = [await ReadAsync(Bash), await ReadAsync(Zsh)];
        Assert.Equal(installed, unchanged);
        Assert.Contains("installed already", again.Output, StringComparison.Ordinal);
        Assert.Contains("complete -C ", installed[0], StringComparison.Ordinal);
        Assert.DoesNotContain("bashcompinit", installed[0], StringComparison.Ordinal);
        Assert.Contains(Prelude + "\ncomplete -C ", installed[1], StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("-autocomplete-uninstall")).Code);
        Assert.Equal("alias a=b\n", await ReadAsync(Bash));
        Assert.Equal("alias c=d\n", await ReadAsync(Zsh));
        Assert.Contains("not installed", (await RunAsync("-autocomplete-uninstall")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_prelude_stays_while_the_completion_of_another_program_needs_it()
    {
        var before = Prelude + "\ncomplete -C /usr/bin/other other\n";
        await File.WriteAllTextAsync(Zsh, before, TestContext.Current.CancellationToken);

        await RunAsync("-autocomplete-install");
        await RunAsync("-autocomplete-uninstall");

        Assert.Equal(before, await ReadAsync(Zsh));
    }

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    private async Task<(int Code, string Output, string Error)> RunAsync(string flag, string? home = null)
    {
        using var console = new TestConsole { Environment = { ["HOME"] = home ?? _home.FullName } };
        var code = await CliProgram.RunAsync([flag], console, new CliHooks(), TestContext.Current.CancellationToken);
        return (code, console.OutText, console.ErrorText);
    }
}
