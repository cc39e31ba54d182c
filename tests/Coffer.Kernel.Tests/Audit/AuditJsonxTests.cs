using System.Text;
using System.Text.Json;
using System.Xml;
using Coffer.Kernel.Audit;
using Coffer.Sdk.Engines;
using CsCheck;

namespace Coffer.Kernel.Tests.Audit;

public sealed class AuditJsonxTests
{
    // As Vault's formatter writes the same object.
    [Fact]
    public void Members_are_elements_in_order_of_their_names_without_a_root()
    {
        var line = Write("""{"type":"request","auth":{"policies":["root"],"metadata":null,"n":60,"on":true,"name":"a<b&\"c\""},"error":""}""");

        Assert.Equal(
            """<json:object name="auth"><json:null name="metadata" /><json:number name="n">60</json:number><json:string name="name">a&lt;b&amp;&#34;c&#34;</json:string>"""
            + """<json:boolean name="on">true</json:boolean><json:array name="policies"><json:string>root</json:string></json:array></json:object>"""
            + """<json:string name="error"></json:string><json:string name="type">request</json:string>""",
            line);
    }

    [Fact]
    public void Whatever_is_written_is_one_line_of_xml_that_reads_back() => Gen.Select(Gen.String, Gen.String, Gen.Long).Sample((name, value, number) =>
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = new object?[] { value, number, null, true }, [name] = value });
        var line = AuditJsonx.Write(json);
        using var read = JsonDocument.Parse(AuditJsonx.Read(line));

        Assert.False(line.AsSpan().ContainsAny("\r\n"u8));
        return read.RootElement.TryGetProperty("a", out var a) && (name == "a" || a[1].GetInt64() == number);
    });

    [Theory]
    [InlineData("text")]
    [InlineData("<json:string>no name</json:string>")]
    [InlineData("""<json:thing name="a"></json:thing>""")]
    [InlineData("""<json:string name="a">""")]
    [InlineData("""<json:object name="a"></json:object></json:object>""")]
    [InlineData("""<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><json:string name="a">&e;</json:string>""")]
    public void What_is_no_jsonx_is_refused(string line) => Assert.ThrowsAny<XmlException>(() => AuditJsonx.Read(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Elements_nested_without_end_are_refused() => Assert.Throws<XmlException>(
        () => AuditJsonx.Read(Encoding.UTF8.GetBytes("""<json:array name="a">""" + string.Concat(Enumerable.Repeat("<json:array>", 100_000)))));

    [Fact]
    public async Task A_device_of_this_format_keeps_a_chain_that_verifies_across_a_restart_and_shows_a_change()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync(options: "\"format\":\"jsonx\"");
        await server.OkAsync(Operation.Update, "echo/a", """{"password":"{<json:"}""");
        await server.Kernel.SealAsync();
        await server.UnsealAsync();
        await server.OkAsync(Operation.Read, "echo/a");
        await server.Kernel.SealAsync();

        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.All(lines, line => Assert.StartsWith("<json:", line, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("""<json:string name="path">echo/a</json:string>""", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("{&lt;json:", StringComparison.Ordinal));
        var whole = Verify(string.Join('\n', lines) + "\n");
        Assert.Null(whole.Break);
        Assert.Equal((lines.Length, lines.Length), (whole.Lines, whole.LastSeq));

        // One by the test entry when the device is enabled, one at each seal.
        Assert.Equal(3, whole.Checkpoints);

        var at = Array.FindIndex(lines, line => line.Contains("echo/a", StringComparison.Ordinal));
        lines[at] = lines[at].Replace("echo/a", "echo/b", StringComparison.Ordinal);
        Assert.Equal(at + 2, Verify(string.Join('\n', lines) + "\n").Break?.Line);
    }

    private static AuditVerification Verify(string text) => AuditVerifier.Verify(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static string Write(string json) => Encoding.UTF8.GetString(AuditJsonx.Write(Encoding.UTF8.GetBytes(json)));
}
