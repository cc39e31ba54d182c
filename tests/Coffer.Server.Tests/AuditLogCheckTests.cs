using System.Security.Cryptography;
using System.Text;

namespace Coffer.Server.Tests;

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

        Assert.Equal(AuditLogCheck.Broken, code);
        Assert.Contains("is not a log that a server wrote", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_that_nothing_vouches_for_is_3_and_says_what_was_not_checked()
    {
        var (code, output) = await RunAsync(Line + "\n");

        Assert.Equal(AuditLogCheck.NotProven, code);
        Assert.Contains("Not checked: who wrote the log", output, StringComparison.Ordinal);
        Assert.Contains("Not checked: whether lines are missing at the end", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_holds_the_line_that_the_server_named_is_0_and_one_that_does_not_is_2()
    {
        var (code, output) = await RunAsync(Line + "\n", $"1:{HashOfLine}");
        Assert.Equal(AuditLogCheck.Proven, code);
        Assert.Contains("none is missing", output, StringComparison.Ordinal);

        Assert.Equal(AuditLogCheck.Broken, (await RunAsync(Line + "\n", $"2:{HashOfLine}")).Code);
        Assert.Equal(AuditLogCheck.Broken, (await RunAsync(Line.Replace("request", "response", StringComparison.Ordinal) + "\n", $"1:{HashOfLine}")).Code);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_1()
    {
        Assert.Equal(AuditLogCheck.NotRead, (await RunAsync(Line + "\n", "1:nonsense")).Code);
        Assert.Equal(AuditLogCheck.NotRead, (await RunAsync(Line + "\n", key: "no key")).Code);
        Assert.Equal(AuditLogCheck.NotRead, await AuditLogCheck.RunAsync([_file + ".none"], null, "", [], TextWriter.Null, TestContext.Current.CancellationToken));
    }

    private async Task<(int Code, string Output)> RunAsync(string text, string? end = null, string? key = null)
    {
        await File.WriteAllTextAsync(_file, text, TestContext.Current.CancellationToken);
        using var output = new StringWriter();
        var code = await AuditLogCheck.RunAsync([_file], key, "", end is null ? [] : [end], output, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }
}
