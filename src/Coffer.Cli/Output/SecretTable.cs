using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Cli.Data;
using Coffer.Text;

namespace Coffer.Cli.Output;

/// <summary>The envelope of a reply as rows for people, as the object scripts read, and field by field.</summary>
internal static class SecretTable
{
    /// <summary>The true end of a lease or token, what decided it, and when to renew; beside the lease in the answer, where the server tells them.</summary>
    private static readonly string[] Ends = ["expire_time", "limited_by", "recommended_refresh_at"];

    private static readonly string[] Order =
        ["request_id", "lease_id", "lease_duration", "renewable", "data", "warnings", "auth", "wrap_info", "mount_type", .. Ends];

    /// <summary>The fields that <c>-field</c> can take from an answer that is wrapped.</summary>
    public static readonly string[] WrappingFields =
        ["wrapping_token", "wrapping_accessor", "wrapping_token_ttl", "wrapping_token_creation_time", "wrapping_token_creation_path", "wrapped_accessor"];

    /// <summary>The envelope as it is; of an answer without one, such as that of <c>sys/health</c>, all of it becomes the data.</summary>
    public static JsonObject Normal(JsonObject reply) =>
        reply.Count == 0 || Order.Except(Ends).Any(name => reply[name] is { } value && !IsEmpty(value)) ? reply : new JsonObject { ["data"] = reply.DeepClone() };

    /// <summary>The envelope with its fields in their usual order, empty where the answer lacks them; auth and wrapping only when they are there.</summary>
    public static JsonObject Envelope(JsonObject reply)
    {
        var envelope = new JsonObject();
        foreach (var name in Order)
        {
            switch (name)
            {
                case "auth" or "wrap_info" or "mount_type" or "expire_time" or "limited_by" or "recommended_refresh_at" when reply[name] is null:
                    break;
                case "request_id" or "lease_id":
                    envelope[name] = reply[name]?.DeepClone() ?? "";
                    break;
                case "lease_duration":
                    envelope[name] = reply[name]?.DeepClone() ?? 0;
                    break;
                case "renewable":
                    envelope[name] = reply[name]?.DeepClone() ?? false;
                    break;
                default:
                    envelope[name] = reply[name]?.DeepClone();
                    break;
            }
        }

        return envelope;
    }

    public static List<IReadOnlyList<string>> Rows(JsonObject reply)
    {
        var rows = new List<IReadOnlyList<string>>();
        AddLease(rows, reply);
        if (reply["auth"] is JsonObject auth)
        {
            AddAuth(rows, auth);
            AddEnds(rows, reply);
        }

        if (reply["wrap_info"] is JsonObject wrap)
        {
            AddWrapping(rows, wrap);
        }

        if (reply["data"] is JsonObject data)
        {
            rows.AddRange(DataRows(data));
        }

        return rows;
    }

    /// <summary>Keys in order with their values; times to live in words.</summary>
    public static List<IReadOnlyList<string>> DataRows(JsonObject data)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (key, value) in data.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            rows.Add([key, LooksLikeDuration(key) ? Human(value) : GoValue.Of(value)]);
        }

        return rows;
    }

    /// <summary>A field by the name <c>-field</c> has for it; null when it is not there.</summary>
    public static JsonNode? Field(JsonObject reply, string field)
    {
        var data = reply["data"] as JsonObject;
        if (reply["auth"] is JsonObject auth)
        {
            return field switch
            {
                "token" => auth["client_token"],
                "token_accessor" => auth["accessor"] ?? "",
                "token_duration" => auth["lease_duration"] ?? 0,
                "token_renewable" => auth["renewable"] ?? false,
                "token_policies" or "identity_policies" or "policies" => auth[field] ?? new JsonArray(),
                _ => data?[field] ?? EndField(reply, field) ?? LoginField(auth, field),
            };
        }

        if (reply["wrap_info"] is JsonObject wrap)
        {
            return field switch
            {
                "wrapping_token" => wrap["token"],
                "wrapping_accessor" => wrap["accessor"],
                "wrapping_token_ttl" => wrap["ttl"],
                "wrapping_token_creation_time" => wrap["creation_time"],
                "wrapping_token_creation_path" => wrap["creation_path"],
                "wrapped_accessor" => wrap["wrapped_accessor"],
                _ => data?[field],
            };
        }

        return field switch
        {
            "lease_duration" or "lease_id" or "request_id" or "renewable" => reply[field],
            "lease_renewable" => reply["renewable"] ?? false,
            "refresh_interval" => reply["lease_duration"],
            "data" => data.At("data") ?? data,
            _ => data?[field] ?? EndField(reply, field),
        };
    }

    /// <summary>What a login tells of the token, or what it asks for before there is one; each under the name that its row has.</summary>
    private static JsonNode? LoginField(JsonObject auth, string field)
    {
        const string Meta = "token_meta_";
        if (auth["mfa_requirement"] is not JsonObject requirement)
        {
            return field.StartsWith(Meta, StringComparison.Ordinal) ? auth["metadata"].At(field[Meta.Length..]) : null;
        }

        var rows = new List<IReadOnlyList<string>>();
        AddMfa(rows, requirement);
        return rows.Find(row => row[0] == field)?[1];
    }

    private static JsonNode? EndField(JsonObject reply, string field) => Ends.Contains(field) ? reply[field] : null;

    /// <summary>A number of seconds in words; anything else as it is.</summary>
    public static string Human(JsonNode? value) =>
        value is JsonValue number && number.GetValueKind() == JsonValueKind.Number
            && long.TryParse(number.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? GoDuration.Human(seconds)
            : GoValue.Of(value);

    private static bool IsEmpty(JsonNode value) => GoValue.Of(value) is "" or "0" or "false" && value is JsonValue;

    private static bool LooksLikeDuration(string key) =>
        key is "period" or "ttl" or "duration" or "lease_max" or "ttl_max"
        || key.EndsWith("_period", StringComparison.Ordinal)
        || key.EndsWith("_ttl", StringComparison.Ordinal)
        || key.EndsWith("_duration", StringComparison.Ordinal);

    private static void AddLease(List<IReadOnlyList<string>> rows, JsonObject reply)
    {
        if (Seconds(reply["lease_duration"]) <= 0)
        {
            return;
        }

        var lease = GoValue.Of(reply["lease_id"] ?? "");
        if (lease.Length == 0)
        {
            rows.Add(["refresh_interval", Human(reply["lease_duration"])]);
            return;
        }

        rows.Add(["lease_id", lease]);
        rows.Add(["lease_duration", Human(reply["lease_duration"])]);
        rows.Add(["lease_renewable", GoValue.Of(reply["renewable"] ?? false)]);
        AddEnds(rows, reply);
    }

    private static void AddEnds(List<IReadOnlyList<string>> rows, JsonObject reply)
    {
        foreach (var name in Ends.Where(name => reply[name] is not null))
        {
            rows.Add([name, GoValue.Of(reply[name])]);
        }
    }

    private static void AddAuth(List<IReadOnlyList<string>> rows, JsonObject auth)
    {
        if (auth["mfa_requirement"] is JsonObject requirement)
        {
            AddMfa(rows, requirement);
            return;
        }

        rows.Add(["token", GoValue.Of(auth["client_token"] ?? "")]);
        rows.Add(["token_accessor", GoValue.Of(auth["accessor"] ?? "")]);
        // Zero is what a token without an end reports, such as a root token.
        rows.Add(["token_duration", Seconds(auth["lease_duration"]) == 0 ? "∞" : Human(auth["lease_duration"])]);
        rows.Add(["token_renewable", GoValue.Of(auth["renewable"] ?? false)]);
        rows.Add(["token_policies", GoValue.QuotedList(auth["token_policies"])]);
        rows.Add(["identity_policies", GoValue.QuotedList(auth["identity_policies"])]);
        rows.Add(["policies", GoValue.QuotedList(auth["policies"])]);
        foreach (var (key, value) in (auth["metadata"] as JsonObject ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            rows.Add([$"token_meta_{key}", GoValue.Of(value)]);
        }
    }

    private static void AddMfa(List<IReadOnlyList<string>> rows, JsonObject requirement)
    {
        rows.Add(["mfa_request_id", GoValue.Of(requirement["mfa_request_id"])]);
        foreach (var (name, constraint) in requirement["mfa_constraints"] as JsonObject ?? [])
        {
            foreach (var any in constraint.At("any") as JsonArray ?? [])
            {
                var prefix = $"mfa_constraint_{name}_{GoValue.Of(any.At("type"))}";
                rows.Add([prefix + "_id", GoValue.Of(any.At("id"))]);
                rows.Add([prefix + "_uses_passcode", GoValue.Of(any.At("uses_passcode") ?? false)]);
            }
        }
    }

    private static void AddWrapping(List<IReadOnlyList<string>> rows, JsonObject wrap)
    {
        rows.Add(["wrapping_token:", GoValue.Of(wrap["token"])]);
        rows.Add(["wrapping_accessor:", GoValue.Of(wrap["accessor"] ?? "")]);
        rows.Add(["wrapping_token_ttl:", Human(wrap["ttl"])]);
        rows.Add(["wrapping_token_creation_time:", GoTime(GoValue.Of(wrap["creation_time"]))]);
        rows.Add(["wrapping_token_creation_path:", GoValue.Of(wrap["creation_path"])]);
        if (wrap["wrapped_accessor"] is { } accessor && GoValue.Of(accessor).Length > 0)
        {
            rows.Add(["wrapped_accessor:", GoValue.Of(accessor)]);
        }
    }

    // 2024-01-02T03:04:05.678Z is shown as "2024-01-02 03:04:05.678 +0000 UTC".
    private static string GoTime(string rfc3339)
    {
        var zone = rfc3339.LastIndexOfAny(['Z', '+', '-']);
        if (zone < 19 || rfc3339[10] != 'T')
        {
            return rfc3339;
        }

        var offset = rfc3339[zone] == 'Z' ? "+0000 UTC" : rfc3339[zone..].Replace(":", "", StringComparison.Ordinal);
        return $"{rfc3339[..10]} {rfc3339[11..zone]} {(rfc3339[zone] == 'Z' ? offset : $"{offset} {offset}")}";
    }

    private static long Seconds(JsonNode? value) =>
        value is JsonValue number && number.TryGetValue<long>(out var seconds) ? seconds : 0;
}
