using System.Text.Json;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Policies.Explain;

/// <summary>How an explanation is written: in full for those who ask, in short into audit entries.</summary>
internal static class ExplanationJson
{
    /// <summary>For an audit entry, which says by itself who asked for what with which policies.</summary>
    public static void WriteShort(Utf8JsonWriter json, Explanation decision)
    {
        json.WriteString("token_state", DecisionWords.NameOf(decision.Token));
        json.WriteString("reason", decision.Reason);
        if (decision.Token != TokenState.Valid)
        {
            return;
        }

        WriteDecision(json, decision);
    }

    /// <summary>For a reply.</summary>
    /// <param name="exists">Whether there is a policy of that name now.</param>
    public static void Write(Utf8JsonWriter json, Explanation decision, Func<string, bool> exists, string hint)
    {
        json.WriteString("request_id", decision.RequestId);
        json.WriteString("time", Rfc3339.Format(decision.Time));
        json.WriteString("path", decision.Path);
        json.WriteString("operation", decision.Operation);
        json.WriteBoolean("allowed", decision.IsAllowed);
        json.WriteString("reason", decision.Reason);
        json.WriteStartObject("token");
        json.WriteString("state", DecisionWords.NameOf(decision.Token));
        json.WriteString("accessor", decision.Accessor);
        json.WriteString("entity_id", decision.EntityId);
        json.WriteEndObject();
        WritePolicies(json, decision, exists);
        WriteDecision(json, decision);
        if (!decision.Skipped.IsEmpty)
        {
            json.WriteStartArray("skipped_rules");
            foreach (var skipped in decision.Skipped)
            {
                json.WriteStartObject();
                WriteSource(json, skipped.Source);
                json.WriteString("reason", skipped.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (hint.Length > 0)
        {
            json.WriteString("hint", hint);
        }
    }

    private static void WriteDecision(Utf8JsonWriter json, Explanation decision)
    {
        if (decision.Refusal != AclRefusal.None)
        {
            json.WriteString("refusal", DecisionWords.NameOf(decision.Refusal));
        }

        if (decision.Capability != AclCapabilities.None)
        {
            json.WriteString("capability", string.Join(" or ", AclCapabilityNames.Of(decision.Capability)));
        }

        if (decision.Parameter is not null)
        {
            json.WriteString("parameter", decision.Parameter);
        }

        if (decision.Rule is not null)
        {
            json.WriteStartObject("rule");
            json.WriteString("path", decision.Rule);
            json.WriteTexts("capabilities", AclCapabilityNames.Of(decision.RuleCapabilities));
            json.WriteStartArray("sources");
            foreach (var source in decision.Sources)
            {
                json.WriteStartObject();
                WriteSource(json, source);
                json.WriteTexts("capabilities", AclCapabilityNames.Of(source.Capabilities));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (decision.WouldAllow is not null)
        {
            json.WriteString("would_allow", decision.WouldAllow);
        }
    }

    private static void WriteSource(Utf8JsonWriter json, RuleSource source)
    {
        json.WriteString("policy", source.Policy.Value);
        json.WriteString("path", source.Path);
        json.WriteNumber("line", source.Line);
    }

    private static void WritePolicies(Utf8JsonWriter json, Explanation decision, Func<string, bool> exists)
    {
        var origins = decision.TokenPolicies.Select(name => (Policy: name, From: "token"))
            .Concat(decision.IdentityPolicies.Select(origin => (origin.Policy, origin.From)))
            .GroupBy(origin => origin.Policy, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal);
        json.WriteStartArray("policies");
        foreach (var group in origins)
        {
            json.WriteStartObject();
            json.WriteString("name", group.Key);
            json.WriteTexts("from", group.Select(origin => origin.From));
            json.WriteBoolean("exists", exists(group.Key));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
