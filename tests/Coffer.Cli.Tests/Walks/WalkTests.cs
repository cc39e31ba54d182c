using System.Text.Json.Nodes;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Tests.Running;

namespace Coffer.Cli.Tests.Walks;

/// <summary>What holds for every command that talks to a server, and so for the next one too.</summary>
public sealed class WalkTests : IDisposable
{
    private static readonly string[] Formats = ["table", "json", "yaml", "pretty"];

    /// <summary>These send every request as it is, since a wrapped answer is of no use to them.</summary>
    private static readonly string[] NeverWrapped = ["print token", "status", "unwrap"];

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("coffer-walk-");

    public WalkTests() => File.WriteAllText(PolicyFile, "path \"a\" { capabilities = [\"read\"] }");

    private string PolicyFile => Path.Combine(_home.FullName, "policy.hcl");

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task A_negative_wrapping_time_is_refused_before_anything_is_sent(string name)
    {
        foreach (var ttl in (string[])["-5m", "-1", "system", "-0.1s"])
        {
            using var server = new EveryAnswer("");
            using var console = Console(server);
            Assert.Equal(1, await RunAsync(console, name, $"-wrap-ttl={ttl}"));
            Assert.Contains("-wrap-ttl", console.ErrorText, StringComparison.Ordinal);

            using var set = Console(server);
            set.Environment["VAULT_WRAP_TTL"] = ttl;
            Assert.Equal(1, await RunAsync(set, name));
            Assert.Contains("VAULT_WRAP_TTL", set.ErrorText, StringComparison.Ordinal);
            Assert.Empty(server.Requests);
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task A_wrapping_time_too_short_to_count_still_wraps(string name)
    {
        using var server = new EveryAnswer("");
        using var console = Console(server);

        await RunAsync(console, name, "-wrap-ttl=1ns");

        Assert.True(NeverWrapped.Contains(name) || server.Requests.Any(request => request.WrapTtl.Length > 0), console.ErrorText);
        Assert.All(server.Requests, request => Assert.All(request.WrapTtl, letter => Assert.True(char.IsAscii(letter))));
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task The_token_of_a_wrapped_answer_is_printed_in_every_format(string name)
    {
        foreach (var format in Formats)
        {
            using var server = new EveryAnswer("");
            using var console = Console(server);
            await RunAsync(console, name, "-wrap-ttl=5m", $"-format={format}");
            var wrapped = server.Requests.Count(request => request.WrapTtl.Length > 0);
            Assert.Equal(NeverWrapped.Contains(name) ? 0 : 1, wrapped);
            Assert.True(wrapped == 0 || console.OutText.Contains(EveryAnswer.WrappingToken, StringComparison.Ordinal), $"{format}: {console.OutText}{console.ErrorText}");
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task A_single_field_of_a_wrapped_answer_is_the_token_or_nothing_is_asked_for(string name)
    {
        if (CommandCatalog.Find(name)!.Flags.Find("field") is null || NeverWrapped.Contains(name))
        {
            return;
        }

        using var server = new EveryAnswer("");
        using var console = Console(server);
        Assert.Equal(0, await RunAsync(console, name, "-wrap-ttl=5m", "-field=wrapping_token"));
        Assert.Equal(EveryAnswer.WrappingToken, console.OutText);

        using var wrong = new EveryAnswer("");
        using var other = Console(wrong);
        Assert.Equal(1, await RunAsync(other, name, "-wrap-ttl=5m", "-field=password"));
        Assert.DoesNotContain(wrong.Requests, request => request.WrapTtl.Length > 0);
        Assert.Contains("wrapping_token", other.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task Slashes_at_the_ends_and_double_ones_do_not_reach_the_server(string name)
    {
        foreach (var path in (string[])["/x/y/", "//x//y//", "/x///y/", "x/y"])
        {
            using var server = new EveryAnswer("");
            using var console = Console(server);
            var line = CommandLines.Of(name, PolicyFile, path);
            await CliProgram.RunAsync(line, console, TestHooks.None, TestContext.Current.CancellationToken);

            Assert.All(server.Requests, request =>
            {
                var sent = request.Target.Split('?')[0];
                Assert.DoesNotContain("//", sent, StringComparison.Ordinal);
                Assert.False(sent.EndsWith('/') || sent.Contains("%20", StringComparison.Ordinal), sent);
            });
            Assert.True(name == "print token" || server.Requests.Count > 0, console.ErrorText);
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.WithPath), MemberType = typeof(CommandLines))]
    public async Task Blanks_at_the_ends_of_a_path_are_part_of_it_and_reach_the_server(string name)
    {
        foreach (var path in (string[])[" x/y ", "/ x//y /"])
        {
            using var server = new EveryAnswer("");
            using var console = Console(server);
            await CliProgram.RunAsync(CommandLines.Of(name, PolicyFile, path), console, TestHooks.None, TestContext.Current.CancellationToken);

            string[] sent = [.. server.Requests.Select(request => Uri.UnescapeDataString(request.Target)), .. server.Bodies];
            Assert.All(sent, text => Assert.DoesNotMatch("(?<! )x/+y|x/+y(?! )", text));

            // One command looks the path up in what the server answers.
            Assert.True(sent.Any(text => text.Contains(" x/y ", StringComparison.Ordinal) || text.Contains(path, StringComparison.Ordinal))
                || (name == "auth help" && console.ErrorText.Contains("\" x/y /\"", StringComparison.Ordinal)), string.Join('\n', sent) + console.ErrorText);
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task The_warnings_of_the_server_are_shown_in_every_format(string name)
    {
        foreach (var format in Formats)
        {
            foreach (var onlyWarns in (bool[])[false, true])
            {
                using var server = new EveryAnswer("") { OnlyWarns = onlyWarns };
                using var console = Console(server);
                await RunAsync(console, name, $"-format={format}");

                Assert.True(name == "print token" || (console.OutText + console.ErrorText).Contains(EveryAnswer.Warning, StringComparison.Ordinal), $"{format}: {console.OutText}{console.ErrorText}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task No_control_character_reaches_a_terminal(string name)
    {
        foreach (var status in (int[])[200, 400, 403, 404])
        {
            foreach (var format in Formats)
            {
                using var server = new EveryAnswer("\u001b]0;title\a\u009b31m\u007f\r\u202e") { Status = status };
                using var console = Console(server, isTerminal: true);
                await RunAsync(console, name, $"-format={format}");

                Assert.DoesNotContain(console.OutText + console.ErrorText, letter => (char.IsControl(letter) && letter is not ('\n' or '\t')) || letter is '\u202e');
            }
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task What_json_is_asked_for_is_json(string name)
    {
        using var server = new EveryAnswer("\u001b<\"\u00e4\U0001f511");
        using var console = Console(server);
        await RunAsync(console, name, "-format=json");

        // The lines that tell of a success are for people in every format, as with the known client.
        if (console.OutText.Length > 0 && console.OutText[0] is '{' or '[')
        {
            JsonNode.Parse(console.OutText);
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task User_and_password_of_the_address_are_in_no_message(string name)
    {
        foreach (var address in (string[])["http://ursula:s3same@127.0.0.1:1", "ftp://ursula:s3same@h", "http://ursula:s3same@h:bad"])
        {
            foreach (var status in (int?[])[null, 400, 403, 502])
            {
                using var server = new EveryAnswer("") { Status = status ?? 200 };
                using var console = Console(status is null ? null : server);
                console.Environment["VAULT_ADDR"] = address;
                await RunAsync(console, name);
                using var asked = Console(server);
                asked.Environment["VAULT_ADDR"] = address;
                await RunAsync(asked, name, "-output-curl-string");

                Assert.DoesNotContain("s3same", console.OutText + console.ErrorText + asked.OutText + asked.ErrorText, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(CommandLines.Theory), MemberType = typeof(CommandLines))]
    public async Task Without_a_client_the_exit_code_is_2_unless_2_is_an_answer(string name)
    {
        using var console = Console(null);
        var expected = name switch
        {
            "print token" => 0,
            "status" or "policy lint" or "audit verify" => 1,
            _ => 2,
        };

        Assert.Equal(expected, await RunAsync(console, name, "-address=nonsense"));
    }

    private Task<int> RunAsync(TestConsole console, string name, params ReadOnlySpan<string> flags) =>
        CliProgram.RunAsync(CommandLines.Of(name, PolicyFile, "x/y", flags), console, TestHooks.None, TestContext.Current.CancellationToken);

    private TestConsole Console(HttpMessageHandler? server, bool isTerminal = false) => new()
    {
        Http = server,
        OutputIsTerminal = isTerminal,
        ErrorIsTerminal = isTerminal,
        Environment = { ["HOME"] = _home.FullName, ["VAULT_TOKEN"] = "root", ["VAULT_ADDR"] = "http://127.0.0.1:8200", ["NO_COLOR"] = "1" },
    };
}
