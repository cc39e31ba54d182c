using System.Security.Cryptography;
using System.Text;
using Coffer.Audit.Verification;

namespace Coffer.Audit.Tests;

/// <summary>The exit codes of <c>coffer audit verify</c>, which scripts rely on.</summary>
public sealed class AuditLogCheckTests : IDisposable
{
    private const string Line = """{"time":"t","type":"request","seq":1,"prev":"0000000000000000000000000000000000000000000000000000000000000000","chain":{"start":"new"}}""";
    private readonly string _file = Path.GetTempFileName();

    private static string HashOfLine => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Line)));

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("")]
    [InlineData("hello world\n")]
    [InlineData("{\"type\":\"request\"}\n")]
    public async Task What_is_no_audit_log_is_2(string text)
    {
        var (code, output) = await RunAsync(text);

        Assert.Equal(AuditLogVerdict.Broken, code);
        Assert.Contains("is not a log that a server wrote", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_that_nothing_vouches_for_is_3_and_says_what_was_not_checked()
    {
        var (code, output) = await RunAsync(Line + "\n");

        Assert.Equal(AuditLogVerdict.NotProven, code);
        Assert.Contains("Not checked: who wrote the log", output, StringComparison.Ordinal);
        Assert.Contains("Not checked: whether lines are missing at the end", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_holds_the_line_that_the_server_named_is_0_and_one_that_does_not_is_2()
    {
        var (code, output) = await RunAsync(Line + "\n", $"1:{HashOfLine}");
        Assert.Equal(AuditLogVerdict.Proven, code);
        Assert.Contains("none is missing", output, StringComparison.Ordinal);

        Assert.Equal(AuditLogVerdict.Broken, (await RunAsync(Line + "\n", $"2:{HashOfLine}")).Code);
        Assert.Equal(AuditLogVerdict.Broken, (await RunAsync(Line.Replace("request", "response", StringComparison.Ordinal) + "\n", $"1:{HashOfLine}")).Code);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_1()
    {
        Assert.Equal(AuditLogVerdict.NotRead, (await RunAsync(Line + "\n", "1:nonsense")).Code);
        Assert.Equal(AuditLogVerdict.NotRead, (await RunAsync(Line + "\n", key: "no key")).Code);
        Assert.Equal(AuditLogVerdict.NotRead, (await AuditLogCheck.RunAsync([_file + ".none"], null, "", [], TestContext.Current.CancellationToken)).Verdict);
    }

    [Fact]
    public void Verdicts_are_the_exit_codes_that_scripts_rely_on() =>
        Assert.Equal([0, 1, 2, 3], [(int)AuditLogVerdict.Proven, (int)AuditLogVerdict.NotRead, (int)AuditLogVerdict.Broken, (int)AuditLogVerdict.NotProven]);

    [Theory]
    [InlineData(Line + "\n", "1:", "", "proven")]
    [InlineData(Line + "\n", "2:", "", "broken")]
    [InlineData(Line + "\n", "", "", "not_proven")]
    [InlineData(Line + "\n", "", "no key", "not_read")]
    [InlineData("hello\n", "", "", "broken")]
    [InlineData("", "", "", "broken")]
    public async Task Every_fact_of_the_lines_for_people_is_in_the_json(string text, string end, string key, string verdict)
    {
        var report = await ReportAsync(text, end.Length > 0 ? end + HashOfLine : null, key.Length > 0 ? key : null);
        var json = report.ToJson();

        Assert.Equal(verdict, (string?)json["verdict"]);
        Assert.Equal(
            ["verdict", "reason", "files", "first_entry", "last_entry", "last_hash", "vouched_entry", "warnings", "not_checked"], json.Select(member => member.Key));
        Assert.Equal(_file, (string?)Assert.Single(json["files"]!.AsArray()));
        Assert.Equal(verdict is "broken" or "not_read", json["reason"] is not null);
        Assert.All(json["not_checked"]!.AsArray(), what => Assert.Contains($"Not checked: {what}.", report.Lines));
        Assert.Equal(json["not_checked"]!.AsArray().Count, report.Lines.Count(line => line.StartsWith("Not checked: ", StringComparison.Ordinal)));
        Assert.Contains(report.Lines, line => json["reason"] is { } reason ? line.EndsWith((string)reason!, StringComparison.Ordinal) : line.Contains($"entries {json["first_entry"]} to {json["last_entry"]}, the last with hash {json["last_hash"]}", StringComparison.Ordinal));
        Assert.Equal(verdict == "proven" ? 1 : 0, (long?)json["vouched_entry"] ?? 0);
    }

    private async Task<(AuditLogVerdict Code, string Output)> RunAsync(string text, string? end = null, string? key = null)
    {
        var report = await ReportAsync(text, end, key);
        return (report.Verdict, string.Join('\n', report.Lines));
    }

    private async Task<AuditLogReport> ReportAsync(string text, string? end, string? key)
    {
        await File.WriteAllTextAsync(_file, text, TestContext.Current.CancellationToken);
        return await AuditLogCheck.RunAsync([_file], key, "", end is null ? [] : [end], TestContext.Current.CancellationToken);
    }
}
