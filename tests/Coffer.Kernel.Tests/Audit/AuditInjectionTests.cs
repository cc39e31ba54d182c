using System.Text;
using System.Text.Json;
using Coffer.Audit.Tests;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Audit;

/// <summary>Whatever a client sends that comes into the log: it stays a value, on the line of its own request, and readers' terminals take no orders from it.</summary>
public sealed class AuditInjectionTests
{
    private const string Path = "echo/injected";

    private static readonly string[] Options = ["", "\"log_raw\":\"true\""];

    private static readonly string[] Hostile =
    [
        "\n", "\r\n{\"type\":\"response\",\"seq\":1}", "\"}}\n{\"time\":\"now\",\"type\":\"request\"", "\0\a\b\u001b[2J\u007f", "\u0085\u009b31m", "\u2028\u2029",
        "\ud800", "\udfff\ud800", "\ufffe\uffff", "</json:string><json:string name=\"type\">checkpoint</json:string>", "]]>&#10;&amp;",
        "hmac-sha256:0000000000000000000000000000000000000000000000000000000000000000", new('x', 100_000),
    ];

    /// <summary>Where a client's text comes into an entry, by the request that brings it there.</summary>
    public static TheoryData<string, string> Places
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var options in Options)
            {
                foreach (var place in (string[])["header", "header that is hashed", "value", "name", "metadata", "token", "wrapped value", "refused value"])
                {
                    data.Add(place, options);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task CVE_2026_93333_whatever_a_client_sends_stays_a_value_on_the_line_of_its_request(string place, string options)
    {
        await using var server = await AuditServer.StartAsync();
        await server.OkAsync(Operation.Update, "sys/config/auditing/request-headers/x-clear", """{"hmac":false}""");
        await server.OkAsync(Operation.Update, "sys/config/auditing/request-headers/x-hashed", """{"hmac":true}""");
        var file = await server.EnableAsync(options: options);
        var before = Lines(file).Length;

        // Halves of a surrogate pair come in headers only: the reader of bodies refuses them.
        var sent = Hostile.Where(text => place is "header" or "header that is hashed" or "token" || text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar)).ToArray();
        var requests = 0;
        foreach (var hostile in sent)
        {
            requests += await SendAsync(server, place, hostile);
        }

        var lines = Lines(file)[before..];
        var types = lines.Select(TypeOf).ToArray();
        Assert.All(types, type => Assert.Contains(type, (string[])["request", "response", "checkpoint"]));
        var entries = types.Where(type => type != "checkpoint").ToArray();
        Assert.Equal(Enumerable.Range(0, entries.Length).Select(i => i % 2 == 0 ? "request" : "response"), entries);
        Assert.Equal(2 * requests, entries.Length);
        Assert.DoesNotContain(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), letter => IsOrder(letter));

        await server.Kernel.SealAsync();
        Assert.Null(AuditFiles.Verify(file).Break);
    }

    /// <returns>How many requests that took.</returns>
    private static async Task<int> SendAsync(AuditServer server, string place, string text)
    {
        var quoted = "\"" + string.Concat(text.Select(letter => $"\\u{(int)letter:x4}")) + "\"";
        var reply = place switch
        {
            "header" => await server.SendAsync(Operation.Update, Path, "{}", headers: [("x-clear", text)]),
            "header that is hashed" => await server.SendAsync(Operation.Update, Path, "{}", headers: [("x-hashed", text)]),
            "value" => await server.SendAsync(Operation.Update, Path, $$"""{"v":[{{quoted}}]}"""),
            "name" => await server.SendAsync(Operation.Update, Path, $$"""{{{quoted}}:"v"}"""),
            "token" => await server.SendAsync(Operation.Read, Path, token: text),
            "wrapped value" => await server.SendAsync(Operation.Update, "sys/wrapping/wrap", $$"""{"v":{{quoted}}}""", wrap: TimeSpan.FromMinutes(1)),
            "refused value" => await server.SendAsync(Operation.Update, "sys/mounts/x", $$"""{"type":{{quoted}},"description":{{quoted}}}"""),
            _ => await server.SendAsync(Operation.Update, "auth/token/create", $$"""{"meta":{"m":{{quoted}}},"display_name":{{quoted}}}"""),
        };
        if (place != "metadata" || reply.Status != 200)
        {
            return 1;
        }

        await server.SendAsync(Operation.Read, "auth/token/lookup-self", token: JsonElement.Parse(reply.Body.Span).GetProperty("auth").GetProperty("client_token").GetString());
        return 2;
    }

    /// <summary>Ends a line in some reader's eyes, or moves a cursor.</summary>
    private static bool IsOrder(char letter) => (char.IsControl(letter) && letter != '\n') || letter is '\u2028' or '\u2029';

    private static string[] Lines(string file) => File.ReadAllText(file, Encoding.UTF8).Split('\n')[..^1];

    private static string TypeOf(string line) => JsonElement.Parse(line).GetProperty("type").GetString()!;
}
