using System.Text.Json.Nodes;
using Coffer.Cli.Data;
using Coffer.Cli.Output;

namespace Coffer.Cli.Policies;

/// <summary>Prints an explanation of the API, or of a policy file in the same shape: for people what there is of it, else all.</summary>
internal static class ExplanationText
{
    public static void Print(Printer printer, JsonObject explanation)
    {
        if (!printer.IsTable)
        {
            printer.Data(explanation.DeepClone());
            return;
        }

        printer.Rows([.. Rows(explanation)]);
        if (Text(explanation["would_allow"]) is { Length: > 0 } stanza)
        {
            printer.Line($"\nThis in one of the policies would allow it:\n\n{stanza.TrimEnd()}");
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(JsonObject explanation)
    {
        yield return ["allowed", Text(explanation["allowed"])];
        yield return ["operation", Text(explanation["operation"])];
        yield return ["path", Text(explanation["path"])];
        yield return ["reason", Text(explanation["reason"])];
        if (explanation["rule"] is JsonObject rule)
        {
            yield return ["rule", Text(rule["path"])];
            yield return ["rule_capabilities", Joined(rule["capabilities"])];
            yield return ["rule_from", string.Join(", ", Items(rule["sources"]).Select(source => $"{Text(source["policy"])} line {Text(source["line"])}"))];
        }

        foreach (var skipped in Items(explanation["skipped_rules"]))
        {
            yield return ["skipped_rule", $"{Text(skipped["policy"])} line {Text(skipped["line"])}, {Text(skipped["path"])}: {Text(skipped["reason"])}"];
        }

        // A policy file has no token, and is asked as a good one would.
        var (state, accessor) = (Text(explanation["token"].At("state")), Text(explanation["token"].At("accessor")));
        if (state != "valid" || accessor.Length > 0)
        {
            yield return ["token_state", state];
            yield return ["token_accessor", accessor];
        }

        foreach (var policy in Items(explanation["policies"]))
        {
            yield return ["policy", $"{Text(policy["name"])} (from {Joined(policy["from"])}{((bool?)policy["exists"] == true ? "" : "; does not exist")})"];
        }

        if (Text(explanation["hint"]) is { Length: > 0 } hint)
        {
            yield return ["hint", hint];
        }
    }

    private static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();

    private static string Joined(JsonNode? list) => string.Join(", ", (list as JsonArray ?? []).Select(Text));

    private static string Text(JsonNode? value) => value is null ? "" : GoValue.Of(value);
}
