using System.Text;
using System.Text.RegularExpressions;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Hooks;

namespace Coffer.Cli.Tests.Running;

/// <summary>Runs a script step by step and says all that differs from what it expects.</summary>
internal sealed class ScriptRunner(Script script, CliHooks hooks) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("coffer-cli-");
    private readonly Dictionary<string, string> _variables = [];
    private readonly ScriptedServer _scripted = new();

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellation)
    {
        await using var real = await StartAsync(cancellation);
        _variables["DIR"] = _directory.FullName;
        _variables["ADDR"] = real?.Address ?? "http://127.0.0.1:8200";
        _variables["TOKEN"] = real?.RootToken ?? "root";
        _variables["AWS_URL"] = real?.AwsUrl ?? "";
        (_variables["AWS_KEY"], _variables["AWS_SECRET"]) = real?.AwsKey ?? default;
        foreach (var (name, file) in script.Files)
        {
            await WriteAsync(Path.Combine(_directory.FullName, name), file, cancellation);
        }

        var faults = new List<string>();
        foreach (var step in script.Steps)
        {
            faults.AddRange((await RunStepAsync(step, real, cancellation)).Select(fault => $"line {step.Line}, $ {step.CommandLine}\n{fault}"));
        }

        faults.AddRange((real?.Failures ?? []).Select(failure => $"the server failed: {failure}"));
        return faults;
    }

    public void Dispose()
    {
        _scripted.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task<RealServer?> StartAsync(CancellationToken cancellation) => script.Server switch
    {
        "scripted" => null,
        "real" => await RealServer.StartDevAsync(withAws: false, cancellation),
        "real with aws" => await RealServer.StartDevAsync(withAws: true, cancellation),
        "real, empty" => await RealServer.StartEmptyAsync(_directory.FullName, cancellation),
        _ => throw new FormatException($"unknown kind of server: {script.Server}"),
    };

    private async Task WriteAsync(string path, ScriptFile file, CancellationToken cancellation)
    {
        var bytes = file.Kind == "bytes" ? Convert.FromHexString(file.Content.Trim()) : Encoding.UTF8.GetBytes(Substitute(file.Content));
        await File.WriteAllBytesAsync(path, bytes, cancellation);
        if (file.Kind == "program" && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private async Task<List<string>> RunStepAsync(ScriptStep step, RealServer? real, CancellationToken cancellation)
    {
        var words = ShellWords.Split(Substitute(step.CommandLine));
        var environment = new Dictionary<string, string> { ["HOME"] = _directory.FullName, ["VAULT_ADDR"] = _variables["ADDR"], ["VAULT_TOKEN"] = _variables["TOKEN"] };
        foreach (var (name, value) in script.Environment)
        {
            environment[name] = Substitute(value);
        }

        while (words[0].Contains('=', StringComparison.Ordinal))
        {
            var pair = words[0].Split('=', 2);
            environment[pair[0]] = pair[1];
            words.RemoveAt(0);
        }

        using var console = new TestConsole
        {
            ProgramName = words[0],
            Input = step.Input is null ? Stream.Null : new MemoryStream(Encoding.UTF8.GetBytes(Substitute(step.Input))),
            InputIsTerminal = step.IsTerminal && step.Input is null,
            OutputIsTerminal = step.IsTerminal,
            Typed = step.Typed,
            Http = real is null ? _scripted : null,
        };
        foreach (var (name, value) in environment.Where(pair => pair.Value.Length > 0))
        {
            console.Environment[name] = value;
        }

        _scripted.Faults.Clear();
        _scripted.Expect(real is null ? step.Exchanges.Select(exchange => exchange.With(Substitute)) : []);
        var code = await CliProgram.RunAsync([.. words[1..]], console, hooks, cancellation);
        return Judge(step, console, code);
    }

    private List<string> Judge(ScriptStep step, TestConsole console, int code)
    {
        _scripted.CheckAllSent();
        var faults = new List<string>(_scripted.Faults);
        if (code != step.ExitCode)
        {
            faults.Add($"expected exit code {step.ExitCode}, but it was {code}");
        }

        // First, so that the output may name what it is the first to show.
        foreach (var (name, pattern) in step.Saves)
        {
            var match = Regex.Match(console.OutText, pattern);
            _variables[name] = match.Groups[1].Value;
            if (!match.Success)
            {
                faults.Add($"stdout does not match {pattern}");
            }
        }

        Compare("stdout", step.Output, console.OutText, faults);
        Compare("stderr", step.Error, console.ErrorText, faults);

        return faults;
    }

    private void Compare(string what, string expected, string actual, List<string> faults)
    {
        var pattern = "^" + Regex.Escape(Substitute(expected)).Replace("…", "[^\n]*", StringComparison.Ordinal) + "\\z";
        if (!Regex.IsMatch(actual, pattern))
        {
            faults.Add($"expected {what}:\n{expected}<end>\nactual:\n{actual}<end>");
        }
    }

    private string Substitute(string text) =>
        Regex.Replace(text, @"\$\{(\w+)\}", match => _variables.GetValueOrDefault(match.Groups[1].Value, match.Value));
}
