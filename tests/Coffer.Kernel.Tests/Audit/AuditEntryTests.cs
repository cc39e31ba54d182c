using System.Text.Json;
using Coffer.Audit.Tests;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Audit;

public class AuditEntryTests
{
    [Fact]
    public async Task A_request_and_its_answer_are_recorded_as_vault_records_them()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        await server.OkAsync(Operation.Update, "echo/a/b", """{"password":"hunter2","n":7,"on":true,"none":null,"list":["x"]}""");
        var answer = await server.OkAsync(Operation.Read, "echo/a/b");

        var entries = AuditFiles.Entries(file)[^4..];
        Assert.Equal(["request", "response", "request", "response"], entries.Select(entry => entry.GetProperty("type").GetString()));
        Assert.All(entries, entry => Assert.Equal("2026-01-02T03:04:05Z", entry.GetProperty("time").GetString()));
        var write = entries[0].GetProperty("request");
        Assert.Equal("update", write.GetProperty("operation").GetString());
        Assert.Equal("echo/a/b", write.GetProperty("path").GetString());
        Assert.Equal("echo/", write.GetProperty("mount_point").GetString());
        Assert.Equal("echo", write.GetProperty("mount_type").GetString());
        Assert.Equal("secret", write.GetProperty("mount_class").GetString());
        Assert.StartsWith("echo_", write.GetProperty("mount_accessor").GetString());
        Assert.Equal("root", write.GetProperty("namespace").GetProperty("id").GetString());
        Assert.Equal("192.0.2.7", write.GetProperty("remote_address").GetString());
        Assert.Equal(4711, write.GetProperty("remote_port").GetInt32());
        Assert.Equal(7, write.GetProperty("data").GetProperty("n").GetInt32());
        Assert.True(write.GetProperty("data").GetProperty("on").GetBoolean());
        Assert.Equal(JsonValueKind.Null, write.GetProperty("data").GetProperty("none").ValueKind);
        Assert.StartsWith("hmac-sha256:", write.GetProperty("data").GetProperty("password").GetString());
        Assert.StartsWith("hmac-sha256:", write.GetProperty("data").GetProperty("list")[0].GetString());
        var auth = entries[0].GetProperty("auth");
        Assert.Equal("root", auth.GetProperty("display_name").GetString());
        Assert.Equal("root", auth.GetProperty("policies")[0].GetString());
        Assert.Equal("service", auth.GetProperty("token_type").GetString());
        Assert.True(auth.GetProperty("policy_results").GetProperty("allowed").GetBoolean());
        Assert.Equal("root", auth.GetProperty("policy_results").GetProperty("granting_policies")[0].GetProperty("name").GetString());
        Assert.Equal(write.GetProperty("client_token").GetString(), auth.GetProperty("client_token").GetString());
        Assert.Equal(write.GetProperty("client_token_accessor").GetString(), auth.GetProperty("accessor").GetString());

        var read = entries[3];
        Assert.Equal(answer.GetProperty("request_id").GetString(), read.GetProperty("request").GetProperty("id").GetString());
        Assert.Equal(
            write.GetProperty("data").GetProperty("password").GetString(),
            read.GetProperty("response").GetProperty("data").GetProperty("password").GetString());
        Assert.Equal("mind the gap", read.GetProperty("response").GetProperty("warnings")[0].GetString());
        Assert.False(entries[2].TryGetProperty("response", out _));
    }

    [Fact]
    public async Task A_value_hashes_to_what_audit_hash_says_and_differently_on_another_device()
    {
        await using var server = await AuditServer.StartAsync();
        var first = await server.EnableAsync("first");
        var second = await server.EnableAsync("second");
        await server.OkAsync(Operation.Update, "echo/a", """{"v":"gr\u00fc\u00dfe"}""");
        var hashOfFirst = await server.OkAsync(Operation.Update, "sys/audit-hash/first", """{"input":"grüße"}""");
        var hashOfSecond = await server.OkAsync(Operation.Update, "sys/audit-hash/second", """{"input":"grüße"}""");

        Assert.Equal(hashOfFirst.GetProperty("hash").GetString(), Written(first));
        Assert.Equal(hashOfSecond.GetProperty("data").GetProperty("hash").GetString(), Written(second));
        Assert.NotEqual(Written(first), Written(second));

        static string? Written(string file) => AuditFiles.Entries(file)
            .Last(entry => entry.GetProperty("request").GetProperty("path").GetString() == "echo/a").GetProperty("request").GetProperty("data").GetProperty("v").GetString();
    }

    [Fact]
    public async Task CVE_2024_8365_tokens_that_are_issued_and_wrapped_are_hashed_and_what_names_them_is_not()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        var made = await server.OkAsync(Operation.Update, "auth/token/create", """{"policies":["default"],"meta":{"team":"blue"},"ttl":"1h"}""");
        var wrapped = await server.OkAsync(Operation.Update, "auth/token/create", """{"policies":["default"]}""", wrap: TimeSpan.FromMinutes(5));

        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(made.GetProperty("auth").GetProperty("client_token").GetString()!, text, StringComparison.Ordinal);
        Assert.DoesNotContain(made.GetProperty("auth").GetProperty("accessor").GetString()!, text, StringComparison.Ordinal);
        Assert.DoesNotContain(wrapped.GetProperty("wrap_info").GetProperty("token").GetString()!, text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Root, text, StringComparison.Ordinal);
        var entries = AuditFiles.Entries(file);
        var issued = entries[^3].GetProperty("response").GetProperty("auth");
        Assert.Equal("blue", issued.GetProperty("metadata").GetProperty("team").GetString());
        Assert.Equal(3600, issued.GetProperty("token_ttl").GetInt64());
        var wrap = entries[^1].GetProperty("response").GetProperty("wrap_info");
        Assert.Equal(300, wrap.GetProperty("ttl").GetInt64());
        Assert.Equal("auth/token/create", wrap.GetProperty("creation_path").GetString());
        Assert.StartsWith("hmac-sha256:", wrap.GetProperty("wrapped_accessor").GetString());
        Assert.False(entries[^1].GetProperty("response").TryGetProperty("auth", out _));
        Assert.Equal(300, entries[^2].GetProperty("request").GetProperty("wrap_ttl").GetInt64());
    }

    [Fact]
    public async Task A_refused_request_is_recorded_with_its_error_and_a_token_in_its_path_is_hashed()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        var stray = "hvs.CAESIPleaseDoNotLogThisAnywhere";
        var reply = await server.SendAsync(Operation.Read, $"auth/token/lookup/{stray}", token: "hvs.WrongWrongWrongWrongWrong");

        Assert.Equal(403, reply.Status);
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(stray, text, StringComparison.Ordinal);
        Assert.DoesNotContain("WrongWrong", text, StringComparison.Ordinal);
        var entries = AuditFiles.Entries(file)[^2..];
        Assert.All(entries, entry => Assert.Equal("permission denied", entry.GetProperty("error").GetString()));
        Assert.All(entries, entry => Assert.False(entry.TryGetProperty("auth", out _)));
        Assert.StartsWith("auth/token/lookup/hmac-sha256:", entries[0].GetProperty("request").GetProperty("path").GetString());
    }

    [Fact]
    public async Task A_refusal_is_recorded_with_its_explanation_and_no_value_of_a_parameter_in_it()
    {
        await using var server = await AuditServer.StartAsync();
        await server.OkAsync(Operation.Update, "sys/policies/acl/p", """{"policy":"path \"echo/x\" { capabilities = [\"update\"] denied_parameters = { \"a\" = [\"canary-value\"] } }"}""");
        var token = (await server.OkAsync(Operation.Update, "auth/token/create", """{"policies":["p"]}""")).GetProperty("auth").GetProperty("client_token").GetString();
        var file = await server.EnableAsync();

        Assert.Equal(403, (await server.SendAsync(Operation.Update, "echo/x", """{"a":"canary-value"}""", token)).Status);
        Assert.Equal(403, (await server.SendAsync(Operation.Read, "echo/y", token: token)).Status);
        Assert.Equal(403, (await server.SendAsync(Operation.Read, "echo/x", token: "hvs.nobody")).Status);
        await server.OkAsync(Operation.Read, "sys/audit-key");

        var denied = AuditFiles.Entries(file).Where(entry => entry.TryGetProperty("explanation", out _)).Select(entry => entry.GetProperty("explanation")).ToArray();
        Assert.Equal(
            ["parameter_denied", "parameter_denied", "no_rule", "no_rule", "", ""],
            denied.Select(explanation => explanation.TryGetProperty("refusal", out var refusal) ? refusal.GetString() : ""));
        Assert.Equal("a", denied[0].GetProperty("parameter").GetString());
        Assert.Equal(1, denied[0].GetProperty("rule").GetProperty("sources")[0].GetProperty("line").GetInt32());
        Assert.Equal("path \"echo/y\" {\n  capabilities = [\"read\"]\n}\n", denied[2].GetProperty("would_allow").GetString());
        Assert.Equal("unknown", denied[4].GetProperty("token_state").GetString());
        Assert.DoesNotContain("canary-value", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_the_mount_names_stay_readable()
    {
        await using var server = await AuditServer.StartAsync();
        await server.OkAsync(
            Operation.Update, "sys/mounts/echo/tune", """{"audit_non_hmac_request_keys":["region","tags"],"audit_non_hmac_response_keys":["note"]}""");
        var file = await server.EnableAsync();
        await server.OkAsync(
            Operation.Update, "echo/a", """{"region":"eu-1","note":"n1","tags":["a",{"key":"hidden1"},"b"],"deep":{"region":"eu-2","note":"n2"}}""");
        await server.OkAsync(Operation.Read, "echo/a");

        var entries = AuditFiles.Entries(file);
        var sent = entries[^4].GetProperty("request").GetProperty("data");
        Assert.Equal("eu-1", sent.GetProperty("region").GetString());
        Assert.Equal("eu-2", sent.GetProperty("deep").GetProperty("region").GetString());
        Assert.Equal("a", sent.GetProperty("tags")[0].GetString());
        Assert.StartsWith("hmac-", sent.GetProperty("tags")[1].GetProperty("key").GetString());
        Assert.Equal("b", sent.GetProperty("tags")[2].GetString());
        Assert.StartsWith("hmac-", sent.GetProperty("note").GetString());
        var got = entries[^1].GetProperty("response").GetProperty("data");
        Assert.Equal("n2", got.GetProperty("deep").GetProperty("note").GetString());
        Assert.StartsWith("hmac-", got.GetProperty("region").GetString());
    }

    [Fact]
    public async Task CVE_2024_0831_options_choose_what_is_hashed_and_what_is_left_out_for_one_device_alone()
    {
        await using var server = await AuditServer.StartAsync();
        var raw = await server.EnableAsync("raw", "\"log_raw\":\"true\"");
        var open = await server.EnableAsync("open", "\"hmac_accessor\":\"false\",\"elide_list_responses\":\"true\"");
        await server.OkAsync(Operation.Update, "echo/dir/a", """{"v":"plain\nas \"day\""}""");
        await server.OkAsync(Operation.List, "echo/dir/");
        var me = await server.OkAsync(Operation.Read, "auth/token/lookup-self");

        var accessor = me.GetProperty("data").GetProperty("accessor").GetString();
        var written = AuditFiles.Entries(raw)[^6];
        Assert.Equal("plain\nas \"day\"", written.GetProperty("request").GetProperty("data").GetProperty("v").GetString());
        Assert.Equal(server.Root, written.GetProperty("auth").GetProperty("client_token").GetString());
        Assert.Equal("a", AuditFiles.Entries(raw)[^3].GetProperty("response").GetProperty("data").GetProperty("keys")[0].GetString());
        var listed = AuditFiles.Entries(open)[^3];
        Assert.Equal("list", listed.GetProperty("request").GetProperty("operation").GetString());
        Assert.Equal("echo/dir/", listed.GetProperty("request").GetProperty("path").GetString());
        Assert.Equal(1, listed.GetProperty("response").GetProperty("data").GetProperty("keys").GetInt32());
        Assert.Equal(accessor, listed.GetProperty("auth").GetProperty("accessor").GetString());
        Assert.StartsWith("hmac-", listed.GetProperty("auth").GetProperty("client_token").GetString());
    }

    [Fact]
    public async Task Of_an_answers_headers_those_that_the_mount_allows_are_recorded_hashed()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        await server.OkAsync(Operation.Update, "echo/a", "{}");
        await server.OkAsync(Operation.Read, "echo/a");
        Assert.False(AuditFiles.Entries(file)[^1].GetProperty("response").TryGetProperty("headers", out _));

        await server.OkAsync(Operation.Update, "sys/mounts/echo/tune", """{"allowed_response_headers":"x-echo"}""");
        await server.OkAsync(Operation.Read, "echo/a");

        var hash = await server.OkAsync(Operation.Update, "sys/audit-hash/main", """{"input":"shh"}""");
        var headers = AuditFiles.Entries(file).Last(entry => entry.GetProperty("request").GetProperty("path").GetString() == "echo/a").GetProperty("response").GetProperty("headers");
        Assert.Equal(hash.GetProperty("data").GetProperty("hash").GetString(), headers.GetProperty("X-Echo")[0].GetString());
        Assert.Single(headers.EnumerateObject());
    }

    [Fact]
    public async Task Only_the_headers_that_are_asked_for_are_recorded()
    {
        await using var server = await AuditServer.StartAsync();
        var file = await server.EnableAsync();
        await server.OkAsync(Operation.Update, "sys/config/auditing/request-headers/X-Trace", """{"hmac":false}""");
        await server.OkAsync(Operation.Update, "sys/config/auditing/request-headers/x-secret", """{"hmac":true}""");
        await server.OkAsync(Operation.Update, "echo/a", "{}", headers: [("x-trace", "t1"), ("x-secret", "shh"), ("x-other", "no")]);

        var headers = AuditFiles.Entries(file)[^1].GetProperty("request").GetProperty("headers");
        Assert.Equal("t1", headers.GetProperty("x-trace")[0].GetString());
        Assert.StartsWith("hmac-", headers.GetProperty("x-secret")[0].GetString());
        Assert.False(headers.TryGetProperty("x-other", out _));
    }
}
