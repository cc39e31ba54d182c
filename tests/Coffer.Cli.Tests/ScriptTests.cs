using System.Text.Json.Nodes;
using Coffer.Cli.Hooks;
using Coffer.Cli.Tests.Running;

namespace Coffer.Cli.Tests;

/// <summary>Every script in the folder is a test of its own.</summary>
public sealed class ScriptTests
{
    private const int ScriptCount = 42;

    public static TheoryData<string> Scripts() => new(Directory.GetFiles(Folder, "*.txt").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "scripts");

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Script_does_what_it_says(string name)
    {
        var script = Script.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, name), TestContext.Current.CancellationToken));
        var hooks = new CliHooks
        {
            RunServer = static (options, writer, _) =>
            {
                writer.Write($"config=[{string.Join(' ', options.ConfigPaths)}] dev={options.Dev} root={options.DevRootTokenId} listen={options.DevListenAddress} "
                    + $"nostore={options.DevNoStoreToken} level={options.LogLevel} sandbox={options.DevAwsSandbox ?? "none"}\n");
                return Task.FromResult(7);
            },
            VerifyAudit = static (options, _) =>
            {
                var files = string.Join(' ', options.Files.Select(Path.GetFileName));
                return Task.FromResult(new AuditVerifyAnswer(
                    options.Device == "broken" ? 2 : 0,
                    [$"verified {files} key={options.PublicKeyPem?.Trim()} device={options.Device} marks=[{string.Join(' ', options.Marks)}]"],
                    new JsonObject { ["verdict"] = "v", ["files"] = files }));
            },
        };
        using var runner = new ScriptRunner(script, hooks);

        var faults = await runner.RunAsync(TestContext.Current.CancellationToken);

        Assert.NotEmpty(script.Steps);
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    [Fact]
    public void All_scripts_are_found() => Assert.Equal(ScriptCount, Scripts().Count);

    [Fact]
    public async Task Runner_notices_wrong_output_wrong_code_and_wrong_requests()
    {
        var script = Script.Parse("$ coffer read a/b\n-- send GET /v1/a/c --\n-- reply 200 --\n{\"data\":{\"x\":1}}\n-- stdout --\nnothing\n-- exit 3 --\n");
        using var runner = new ScriptRunner(script, new CliHooks());

        var faults = await runner.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, faults.Count);
    }
}
