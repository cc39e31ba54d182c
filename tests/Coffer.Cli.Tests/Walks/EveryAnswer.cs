using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Tests.Walks;

/// <summary>A server that answers every request with an answer in which every command finds what it looks for.</summary>
/// <param name="mark">Is in every text of the answer.</param>
internal sealed class EveryAnswer(string mark) : HttpMessageHandler
{
    /// <summary>The token that opens a wrapped answer.</summary>
    public const string WrappingToken = "hvs.wrapping";

    /// <summary>The warning that comes with every answer.</summary>
    public const string Warning = "careful";

    /// <summary>Every request, as method, path with query, and wrapping time.</summary>
    public List<(string Method, string Target, string WrapTtl)> Requests { get; } = [];

    /// <summary>The bodies of the requests that have one.</summary>
    public List<string> Bodies { get; } = [];

    /// <summary>Answer nothing but a warning.</summary>
    public bool OnlyWarns { get; init; }

    /// <summary>The status; an error's body goes with one from 400 on.</summary>
    public int Status { get; init; } = 200;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var wrap = request.Headers.TryGetValues("X-Vault-Wrap-Ttl", out var values) ? values.Single() : "";
        var target = request.RequestUri!.PathAndQuery;
        Requests.Add((request.Method.Method, target, wrap));
        if (request.Content is { } content)
        {
            Bodies.Add(await content.ReadAsStringAsync(cancellationToken));
        }

        var body = Status >= 400 ? new JsonObject { ["errors"] = new JsonArray($"refused{mark}") }
            : wrap.Length > 0 ? Wrapped()
            : OnlyWarns && !IsLookedUp(target) ? new JsonObject { ["request_id"] = "r", ["data"] = null, ["warnings"] = new JsonArray(Warning) }
            : Full(target);
        return new HttpResponseMessage((HttpStatusCode)Status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
    }

    /// <summary>What a command asks first, in order to ask something else.</summary>
    private static bool IsLookedUp(string target) =>
        target.Contains("sys/internal/ui/mounts", StringComparison.Ordinal) || target.Contains("sys/seal-status", StringComparison.Ordinal)
        || target.Contains("sys/remount/status", StringComparison.Ordinal) || target.Contains("/login", StringComparison.Ordinal);

    private static JsonObject Wrapped() => new()
    {
        ["request_id"] = "",
        ["data"] = null,
        ["warnings"] = new JsonArray(Warning),
        ["wrap_info"] = new JsonObject
        {
            ["token"] = WrappingToken,
            ["accessor"] = "acc",
            ["ttl"] = 300,
            ["creation_time"] = "2026-01-02T03:04:05.678Z",
            ["creation_path"] = "p",
            ["wrapped_accessor"] = "wacc",
        },
    };

    private JsonObject Full(string target)
    {
        var members = Members();
        var body = (JsonObject)members.DeepClone();
        body["request_id"] = "r";
        body["lease_id"] = "";
        body["data"] = members;
        body["warnings"] = new JsonArray(Warning + mark);
        if (target.Contains("/login", StringComparison.Ordinal) || target.EndsWith("auth/token/create", StringComparison.Ordinal))
        {
            body["auth"] = new JsonObject { ["client_token"] = "hvs.new" + mark, ["accessor"] = "a" + mark, ["metadata"] = new JsonObject { ["user"] = mark } };
        }

        return body;
    }

    private JsonObject Members()
    {
        var entry = new JsonObject
        {
            ["type"] = "shamir",
            ["accessor"] = "a" + mark,
            ["description"] = "d" + mark,
            ["created"] = mark,
            ["state"] = mark,
            ["prefix"] = mark,
            ["path"] = mark,
            ["config"] = new JsonObject { ["token_type"] = mark },
            ["options"] = new JsonObject { ["o"] = mark },
        };
        return new JsonObject
        {
            [$"m{mark}/"] = entry.DeepClone(),
            ["x/y/"] = new JsonObject { ["type"] = "userpass" },
            ["accessor"] = "a" + mark,
            ["allowed"] = true,
            ["capabilities"] = new JsonArray("read" + mark),
            ["complete"] = false,
            ["data"] = new JsonObject { ["text" + mark] = "value" + mark },
            ["encryptions"] = 1,
            ["findings"] = new JsonArray(new JsonObject { ["line"] = 1, ["path"] = mark, ["message"] = mark, ["code"] = mark }),
            ["ha_enabled"] = true,
            ["help"] = "help" + mark,
            ["hint"] = "hint" + mark,
            ["id"] = "i" + mark,
            ["initialized"] = true,
            ["install_time"] = "i" + mark,
            ["key_info"] = new JsonObject { ["k" + mark] = entry.DeepClone() },
            ["keys"] = new JsonArray("k" + mark),
            ["keys_base64"] = new JsonArray("k" + mark),
            ["last_line"] = "1:x",
            ["leader_address"] = "l" + mark,
            ["leases"] = new JsonArray(new JsonObject { ["lease_id"] = mark, ["error"] = mark }),
            ["metadata"] = new JsonObject { ["version"] = 1, ["created_time"] = mark, ["deletion_time"] = "", ["destroyed"] = false },
            ["migration_id"] = "m",
            ["migration_info"] = new JsonObject { ["status"] = "success" },
            ["nonce"] = "n" + mark,
            ["openapi"] = new JsonObject { ["text"] = mark },
            ["options"] = new JsonObject { ["version"] = "2" },
            ["path"] = "x/",
            ["policy"] = "policy" + mark,
            ["reason"] = mark,
            ["root_token"] = "t" + mark,
            ["sealed"] = false,
            ["started"] = true,
            ["state"] = "done",
            ["storage_type"] = "s" + mark,
            ["t"] = 1,
            ["term"] = 1,
            ["text" + mark] = "value" + mark,
            ["token_state"] = mark,
            ["type"] = "shamir" + mark,
            ["versions"] = new JsonObject { ["1"] = new JsonObject { ["created_time"] = mark } },
            ["would_allow"] = mark,
        };
    }
}
