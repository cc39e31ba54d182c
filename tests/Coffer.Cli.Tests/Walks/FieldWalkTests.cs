using System.Text.RegularExpressions;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Tests.Running;

namespace Coffer.Cli.Tests.Walks;

/// <summary>Whatever a command's table shows can be taken alone with <c>-field</c>, under the name that its row has.</summary>
public sealed partial class FieldWalkTests : IDisposable
{
    /// <summary>Its first table is of the metadata, while <c>-field</c> takes fields of the secret, as in Vault's program.</summary>
    private const string OfSecretAlone = "kv get";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("coffer-fields-");

    public static TheoryData<string> WithField() =>
        new(CommandLines.Names.Where(name => name != OfSecretAlone && CommandCatalog.Find(name)!.Flags.Find("field") is not null));

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(WithField))]
    public async Task Every_field_that_the_table_shows_can_be_taken_alone(string name)
    {
        var (_, table) = await RunAsync(name);
        foreach (var (field, shown) in Rows(table))
        {
            var (code, text) = await RunAsync(name, $"-field={field}");

            Assert.True(shown == "<nil>" ? code == 1 && text.Contains("its value is null", StringComparison.Ordinal) : code == 0, $"{field}: {text}");
        }
    }

    [Theory]
    [InlineData("login")]
    [InlineData("token create")]
    public async Task The_policies_of_an_identity_that_has_none_are_an_empty_list(string name) =>
        Assert.Equal((0, "[]"), await RunAsync(name, "-field=identity_policies"));

    /// <summary>The first table of keys and values; titles with blanks or capitals are no names of fields.</summary>
    private static IEnumerable<(string Field, string Shown)> Rows(string table) => table.Split('\n')
        .SkipWhile(line => !line.StartsWith("---", StringComparison.Ordinal)).Skip(1)
        .TakeWhile(line => line.Length > 0)
        .Select(line => Row().Match(line)).Where(match => match.Success)
        .Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    [GeneratedRegex("^([a-z_0-9]+):? {2,}(.+)$")]
    private static partial Regex Row();

    private async Task<(int Code, string Text)> RunAsync(string name, params string[] flags)
    {
        using var server = new EveryAnswer("");
        using var console = new TestConsole
        {
            Http = server,
            Environment = { ["HOME"] = _home.FullName, ["VAULT_TOKEN"] = "root", ["VAULT_ADDR"] = "http://127.0.0.1:8200", ["NO_COLOR"] = "1" },
        };
        var code = await CliProgram.RunAsync(CommandLines.Of(name, "none", "x/y", flags), console, TestHooks.None, TestContext.Current.CancellationToken);
        return (code, console.OutText + (code == 0 ? "" : console.ErrorText));
    }
}
