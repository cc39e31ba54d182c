using System.Text;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Flags;
using Coffer.Cli.Tests.Running;

namespace Coffer.Cli.Tests.Walks;

/// <summary>No command may end in a crash, whatever is answered, typed or read.</summary>
public sealed class OddWalkTests : IDisposable
{
    private static readonly string[] Formats = ["table", "json", "yaml", "pretty"];

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("coffer-odd-");

    public OddWalkTests() => File.WriteAllText(PolicyFile, "path \"a\" { capabilities = [\"read\"] }");

    private string PolicyFile => Path.Combine(_home.FullName, "policy.hcl");

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task An_answer_of_any_shape_ends_with_an_exit_code(string name)
    {
        foreach (var body in OddAnswer.Bodies)
        {
            foreach (var (status, format) in Formats.Select(format => (200, format)).Append((404, "table")).Append((500, "table")))
            {
                await EndsAsync($"{status} {body}", new OddAnswer(status, body), CommandLines.Of(name, PolicyFile, "x/y", $"-format={format}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task Every_flag_in_every_format_ends_with_an_exit_code(string name)
    {
        foreach (var flag in CommandCatalog.Find(name)!.Flags.Visible.Where(flag => flag.Name != "format"))
        {
            string[] values = flag is SwitchFlag ? ["true"] : ["", "x", "1", "1m", "a=b", "-1", "\ud83d\ude00", new string('9', 30)];
            foreach (var (value, format) in values.Select(value => (value, "table")).Concat(Formats.Append("raw").Select(format => (values[^1], format))))
            {
                await EndsAsync("", new EveryAnswer(""), CommandLines.Of(name, PolicyFile, "x/y", $"-{flag.Name}={value}", $"-format={format}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task Arguments_of_any_kind_end_with_an_exit_code(string name)
    {
        foreach (var word in (string[])["", "-", "--", "@", "=", "/", "//", "a=@", "a=-", "@/", "a b", "..", "%2e%2e/x", "\u0000", "\ud83d\ude00", "a\nb", "-=", new string('a', 5000)])
        {
            for (var count = 0; count < 4; count++)
            {
                await EndsAsync(word, new EveryAnswer(""), [.. name.Split(' '), .. Enumerable.Repeat(word, count)]);
            }
        }
    }

    private async Task EndsAsync(string what, HttpMessageHandler server, string[] line)
    {
        using var console = new TestConsole
        {
            Http = server,
            Input = new MemoryStream(Encoding.UTF8.GetBytes("{\"a\":1}")),
            Environment = { ["HOME"] = _home.FullName, ["VAULT_TOKEN"] = "root", ["VAULT_ADDR"] = "http://127.0.0.1:8200" },
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Exception? crash = null;
        try
        {
            Assert.InRange(await CliProgram.RunAsync(line, console, TestHooks.None, limit.Token), 0, 2);
        }
        catch (Exception error)
        {
            crash = error;
        }

        Assert.True(crash is null, $"{string.Join(' ', line)}\n{what}\n{crash}");
        server.Dispose();
    }
}
