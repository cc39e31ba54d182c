using System.Text;
using System.Text.Json;

namespace Coffer.Server.Tests.Http;

/// <summary>Input that means two things at once, or nothing that anybody could want: refused with 4xx, and nothing changes.</summary>
public sealed class HostileInputTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("""{"value":"a","value":"b"}""")]
    [InlineData("""{"a":{"b":1,"c":2,"b":3}}""")]
    [InlineData("""{"a":[{"b":1,"b":1}]}""")]
    [InlineData("""{"value":"a","val\u0075e":"b"}""")]
    [InlineData("""{"":1,"":2}""")]
    public async Task A_name_that_stands_twice_is_refused_and_not_repeated(string body)
    {
        await server.UnchangedAsync(async () =>
        {
            foreach (var path in (string[])["secret/kept", "cubbyhole/a", "auth/token/create", "sys/policies/acl/edge", "sys/mounts/edge"])
            {
                var reply = await server.SendAsync("POST", "/v1/" + path, body);
                Assert.True(reply.Status == 400, $"{path}: {reply}");
                Assert.Contains("a name occurs twice in one object", reply.Body, StringComparison.Ordinal);
                Assert.DoesNotContain("value", reply.Body, StringComparison.Ordinal);
            }
        });
    }

    [Theory]
    [InlineData("%e2%80%8b", "zero width space")]
    [InlineData("%e2%80%ae", "right to left override")]
    [InlineData("%c2%a0", "no-break space")]
    [InlineData("%c2%ad", "soft hyphen")]
    [InlineData("%ef%bb%bf", "byte order mark")]
    [InlineData("%ee%80%80", "private use")]
    [InlineData("%09", "tab")]
    public async Task A_path_with_something_invisible_in_it_is_refused(string escape, string what)
    {
        await server.UnchangedAsync(async () =>
        {
            foreach (var method in (string[])["GET", "POST", "DELETE", "LIST"])
            {
                var reply = await server.SendAsync(method, $"/v1/secret/ke{escape}pt", method == "POST" ? """{"value":"x"}""" : null);
                Assert.True(reply.Status == 400, $"{what}: {reply}");
                Assert.Contains("not printable", reply.Body, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public async Task A_body_with_two_lengths_is_refused()
    {
        await server.UnchangedAsync(async () =>
        {
            var request = "POST /v1/secret/kept HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "11\r\n{\"value\":\"changed\"}\r\n0\r\n\r\n";
            var reply = await RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes(request));
            Assert.Equal(400, reply.Status);
            Assert.Contains("not both", reply.Body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_chunked_body_is_taken_as_any_other()
    {
        const string Head = "POST /v1/cubbyhole/chunked HTTP/1.1\r\nHost: x\r\nX-Vault-Token: root\r\nTransfer-Encoding: chunked\r\n\r\n";
        Assert.Equal(204, (await RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes(Head + "3;x=y\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n"))).Status);
        Assert.Equal(400, (await RawHttp.SendAsync(server.Address, Encoding.ASCII.GetBytes(Head + "zz\r\n{\"a\":1}\r\n0\r\n\r\n"))).Status);
        Assert.Contains("\"a\":1", (await server.SendAsync("GET", "/v1/cubbyhole/chunked")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_name_that_is_none_is_refused_wherever_it_comes_from()
    {
        string[] names = ["\\u0000", "a\\u0000b", "a\\u0085b", "a\\nb", new string('p', 513), new string('p', 70_000)];
        await server.UnchangedAsync(async () =>
        {
            foreach (var name in names)
            {
                var direct = await server.SendAsync("POST", "/v1/auth/token/create", $$"""{"policies":["{{name}}"],"ttl":"1h"}""");
                Assert.True(direct.Status == 400, direct.ToString());
                var ofRole = await server.SendAsync("POST", "/v1/auth/token/roles/odd", $$"""{"allowed_policies":["x{{name}}"]}""");
                Assert.True(ofRole.Status == 400, ofRole.ToString());
            }
        });
    }

    [Theory]
    [InlineData("""[""]""")]
    [InlineData("""[" ", "\u0085"]""")]
    [InlineData("\" , \"")]
    public async Task Policies_that_name_nothing_never_mean_those_of_the_parent(string policies)
    {
        var reply = await server.SendAsync("POST", "/v1/auth/token/create", $$"""{"policies":{{policies}},"ttl":"1h"}""");
        Assert.Contains("\"policies\":[\"default\"]", reply.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc\\n")]
    [InlineData("abc\\r\\n")]
    [InlineData("a\\nb")]
    [InlineData("\\u00e4bc")]
    [InlineData("abc\\u212a")]
    [InlineData("a b")]
    [InlineData("../a")]
    public async Task A_path_suffix_that_is_no_plain_name_is_refused(string suffix)
    {
        await server.UnchangedAsync(async () =>
        {
            var reply = await server.SendAsync("POST", "/v1/auth/token/roles/odd", $$"""{"path_suffix":"{{suffix}}"}""");
            Assert.Equal(400, reply.Status);
            Assert.Contains("path suffix", reply.Body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_display_name_that_would_fill_the_audit_log_is_refused()
    {
        await server.UnchangedAsync(async () =>
        {
            var reply = await server.SendAsync("POST", "/v1/auth/token/create", $$"""{"display_name":"{{new string('x', 513)}}"}""");
            Assert.Equal(400, reply.Status);
            Assert.Contains("display_name", reply.Body, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("GET", "auth/token/accessors", 405)]
    [InlineData("GET", "auth/token/roles", 405)]
    [InlineData("GET", "sys/leases/lookup/", 405)]
    [InlineData("LIST", "sys/mounts", 404)]
    [InlineData("LIST", "auth/token/lookup-self", 404)]
    [InlineData("SCAN", "secret", 405)]
    [InlineData("GET", "secret?list=maybe", 400)]
    [InlineData("GET", "auth/token/lookup-self?list=true", 404)]
    [InlineData("GET", "sys/remount/status/none", 404)]
    [InlineData("POST", "sys/remount/status/none", 405)]
    [InlineData("HEAD", "sys/mounts", 405)]
    public async Task An_operation_that_a_path_does_not_have_is_refused(string method, string path, int status)
    {
        await server.UnchangedAsync(async () => Assert.Equal(status, (await server.SendAsync(method, "/v1/" + path)).Status));
    }

    [Theory]
    [InlineData("X-Vault-Wrap-TTL: 1s\r\nX-Vault-Wrap-TTL: 2s\r\n")]
    [InlineData("X-Vault-Namespace: a\r\nX-Vault-Namespace: b\r\n")]
    [InlineData("X-Vault-Namespace: root/a\r\n")]
    public async Task A_header_that_says_two_things_is_refused(string headers)
    {
        await server.UnchangedAsync(async () =>
            Assert.Equal(400, (await server.SendAsync("POST", "/v1/auth/token/create", "{}", headers)).Status));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("nonsense")]
    public async Task A_body_is_json_whatever_its_content_type_says(string type)
    {
        Assert.Equal(204, (await server.SendAsync("POST", "/v1/cubbyhole/typed", """{"a":"b"}""", $"Content-Type: {type}\r\n")).Status);
        Assert.Equal(400, (await server.SendAsync("POST", "/v1/cubbyhole/typed", "a: b", $"Content-Type: {type}\r\n")).Status);
        Assert.Equal(400, (await server.SendBytesAsync("POST", "/v1/cubbyhole/typed", Encoding.Unicode.GetBytes("""{"a":"b"}"""), $"Content-Type: {type}\r\n")).Status);
        Assert.Equal(400, (await server.SendBytesAsync("POST", "/v1/cubbyhole/typed", [0xef, 0xbb, 0xbf, .. """{"a":"b"}"""u8], $"Content-Type: {type}\r\n")).Status);
    }

    [Fact]
    public async Task A_move_can_be_asked_about_until_the_mount_is_moved_again()
    {
        await server.SendAsync("POST", "/v1/sys/mounts/from", """{"type":"kv"}""");
        var first = await MoveAsync("from", "to");
        var status = await server.SendAsync("GET", $"/v1/sys/remount/status/{first}");
        Assert.Contains("""{"source_mount":"from/","target_mount":"to/","status":"success"}""", status.Body, StringComparison.Ordinal);

        var second = await MoveAsync("to", "back");
        Assert.Equal(404, (await server.SendAsync("GET", $"/v1/sys/remount/status/{first}")).Status);
        Assert.Equal(200, (await server.SendAsync("GET", $"/v1/sys/remount/status/{second}")).Status);
        await server.SendAsync("DELETE", "/v1/sys/mounts/back");
    }

    private async Task<string> MoveAsync(string from, string to)
    {
        var moved = await server.SendAsync("POST", "/v1/sys/remount", $$"""{"from":"{{from}}","to":"{{to}}"}""");
        using var document = JsonDocument.Parse(moved.Body);
        return document.RootElement.GetProperty("data").GetProperty("migration_id").GetString()!;
    }
}
