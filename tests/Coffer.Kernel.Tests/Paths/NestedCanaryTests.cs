using System.Text.Json.Nodes;
using Coffer.Audit.Devices;
using Coffer.Audit.Tests;
using Coffer.Sdk.Engines;
using Coffer.Storage.Memory;

namespace Coffer.Kernel.Tests.Paths;

/// <summary>
/// As <see cref="CanaryTests"/>, for requests that are looked at in depth only where everything else in them is right: each begins with a body that
/// would do, and each value in it, in objects within it too, is put in its turn.
/// </summary>
public sealed class NestedCanaryTests
{
    private const string Canary = "c4n4ryv4lue";

    /// <summary>Path and body; F is the folder that audit devices may write to.</summary>
    private static readonly (string Path, string Body)[] Good =
    [
        ("sys/audit/z", """{"type":"file","description":"d","local":false,"options":{"file_path":"F/a.log","mode":"0600","format":"json","prefix":"","sync":"none","log_raw":"false","hmac_accessor":"true","elide_list_responses":"false","skip_test":"false"}}"""),
        ("sys/audit/z", """{"type":"file","options":{"path":"F/a.log"}}"""),
        ("sys/audit/z", """{"type":"socket","options":{"address":"127.0.0.1:1","socket_type":"tcp","write_timeout":"1s","format":"json"}}"""),
        ("sys/audit/z", """{"type":"socket","options":{"address":"F/none.sock","socket_type":"unix"}}"""),
        ("sys/audit/z", """{"type":"syslog","options":{"facility":"AUTH","tag":"coffer"}}"""),
        ("sys/mounts/z", """{"type":"kv","description":"d","options":{"version":"2"},"config":{"default_lease_ttl":"1h","max_lease_ttl":"2h","force_no_cache":false,"listing_visibility":"hidden","audit_non_hmac_request_keys":["a"],"audit_non_hmac_response_keys":["a"],"passthrough_request_headers":["x-a"],"allowed_response_headers":["x-a"],"plugin_version":"","user_lockout_config":{"lockout_threshold":5}},"local":false,"seal_wrap":false,"external_entropy_access":false,"plugin_name":""}"""),
        ("sys/mounts/z", """{"type":"aws","options":{"version":"1"}}"""),
        ("sys/auth/z", """{"type":"userpass","options":{"version":"1"}}"""),
        ("sys/auth/z", """{"type":"userpass","config":{"default_lease_ttl":"1h","max_lease_ttl":"2h","token_type":"service","listing_visibility":"unauth","user_lockout_config":{"lockout_threshold":5,"lockout_duration":"5m","lockout_counter_reset_duration":"5m","lockout_disable":false}},"options":{}}"""),
        ("sys/mounts/every-kv/tune", """{"description":"d","options":{"version":"1"},"default_lease_ttl":"1h","max_lease_ttl":"2h","listing_visibility":"hidden","token_type":""}"""),
        ("sys/mounts/every-aws/tune", """{"options":{"version":"1"},"user_lockout_config":{"lockout_threshold":5}}"""),
        ("sys/auth/every-userpass/tune", """{"options":{"a":"b"},"token_type":"service","user_lockout_config":{"lockout_threshold":5,"lockout_duration":"5m","lockout_counter_reset_duration":"5m","lockout_disable":false}}"""),
        ("sys/remount", """{"from":"every-kv","to":"every-kv"}"""),
        ("sys/remount", """{"from":"every-kv","to":"sys/x"}"""),
        ("sys/remount", """{"from":"every-kv","to":"auth/x"}"""),
        ("every-aws/config/root", """{"region":"us-east-1","iam_endpoint":"","sts_endpoint":"","max_retries":1,"username_template":"{{ random 8 }}"}"""),
    ];

    /// <summary>Values whose text a recording of Vault holds word for word, with the recording's name. There are none: their texts are not compared there.</summary>
    private static readonly HashSet<string> Recorded = [];

    [Fact]
    public async Task CVE_2025_4166_no_value_within_a_body_that_is_right_apart_from_it_comes_back_in_a_refusal_or_in_an_audit_entry()
    {
        using var folder = new TemporaryFolder();
        await using var harness = await EveryPath.StartAsync(new MemoryStore());
        harness.Audit = new AuditBounds
        {
            ApiMayCreate = true,
            Folder = folder.Path,
            Targets = ["tcp://127.0.0.1:*", $"unix://{folder.File("none.sock")}", $"unix://{folder.File(Canary)}", $"unix:///{Canary}"],
        };
        await harness.RestartAsync();
        var log = folder.File("all.log");
        (await harness.WriteAsync("sys/audit/all", $$$"""{"type":"file","options":{"file_path":"{{{log}}}"}}""")).Ok();

        // A folder above the file that is a file itself: the system refuses it in words of its own, which name the path.
        await File.WriteAllTextAsync(folder.File(Canary + "-file"), "", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(folder.File(Canary + "-folder"));
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var refusals = 0;
        foreach (var (path, text) in Good)
        {
            var good = JsonNode.Parse(text.Replace("\"F/", $"\"{folder.Path}/", StringComparison.Ordinal))!.AsObject();
            foreach (var (name, body) in Bodies(good, folder.Path))
            {
                var answer = await harness.SendAsync(Operation.Update, path, body.ToJsonString());
                if (answer.Status >= 400)
                {
                    refusals++;
                    if (answer.Body.Contains(Canary, StringComparison.OrdinalIgnoreCase) && !Recorded.Contains($"{path} {name}"))
                    {
                        found.Add($"{path} {name}: {answer.Body}");
                    }
                }
                else if (path is "sys/audit/z" or "sys/mounts/z" or "sys/auth/z")
                {
                    await harness.SendAsync(Operation.Delete, path, null);
                }
            }
        }

        foreach (var line in await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken))
        {
            var entry = JsonNode.Parse(line)!;
            if (entry["error"]?.ToString() is { } error && error.Contains(Canary, StringComparison.OrdinalIgnoreCase))
            {
                found.Add($"audit of {entry["request"]!["path"]}: {error}");
            }
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
        Assert.InRange(refusals, 500, int.MaxValue);
    }

    /// <summary>The body with each of its values, at any depth, replaced by each shape, and each of its objects with a member more.</summary>
    private static IEnumerable<(string Name, JsonObject Body)> Bodies(JsonObject good, string folder)
    {
        foreach (var place in Places(good, []))
        {
            foreach (var shape in Shapes(folder))
            {
                var body = good.DeepClone().AsObject();
                JsonNode parent = body;
                foreach (var step in place[..^1])
                {
                    parent = parent[step]!;
                }

                parent[place[^1]] = shape.DeepClone();
                yield return (string.Join('.', place), body);
            }
        }
    }

    private static IEnumerable<string[]> Places(JsonObject within, string[] above)
    {
        foreach (var (name, value) in within)
        {
            yield return [.. above, name];
            if (value is JsonObject inner)
            {
                foreach (var place in Places(inner, [.. above, name]))
                {
                    yield return place;
                }
            }
        }

        yield return [.. above, Canary];
    }

    private static IEnumerable<JsonNode> Shapes(string folder) =>
    [
        Canary,
        "/" + Canary,
        "../" + Canary,
        $"{folder}/{Canary}",
        $"{folder}/{Canary}-file/a.log",
        $"{folder}/{Canary}-folder",
        $"{folder}/{Canary}.log",
        Canary + ":1",
        "127.0.0.1:1" + Canary,
        "0600" + Canary,
        "5" + Canary,
        "1h" + Canary,
        "auth/" + Canary,
        Canary + "\u0001",
        "{{ " + Canary + " }}",
        "{{ ." + Canary + " }}",
        new JsonArray(Canary),
        new JsonObject { [Canary] = Canary },
        new JsonObject { [Canary] = new JsonObject { [Canary] = 1 } },
    ];
}
