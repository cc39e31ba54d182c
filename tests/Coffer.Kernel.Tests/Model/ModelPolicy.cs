using System.Text.Json.Nodes;

namespace Coffer.Kernel.Tests.Model;

/// <summary>A policy as a table from path patterns to capabilities; a pattern either is a path or ends in a star.</summary>
internal sealed record ModelPolicy(IReadOnlyDictionary<string, string[]> Rules)
{
    private static readonly string[] Patterns =
    [
        "m0/*", "m0/creds/*", "m1/*", "m1/items/*", "m1/items/x", "m2/*", "m2/creds/a", "auth/token/*", "auth/token/create", "auth/token/lookup-self",
        "sys/leases/*", "sys/leases/renew", "sys/policies/acl/*", "*",
    ];

    private static readonly string[][] Capabilities =
    [
        ["create", "read", "update", "delete", "list"], ["read"], ["update"], ["read", "update"], ["create", "read", "update", "delete", "list", "sudo"], ["deny"],
    ];

    /// <summary>What the built-in policy named default allows, of the paths that are used here.</summary>
    public static ModelPolicy Default { get; } = new(new Dictionary<string, string[]>
    {
        ["auth/token/lookup-self"] = ["read"],
        ["auth/token/renew-self"] = ["update"],
        ["auth/token/revoke-self"] = ["update"],
        ["sys/leases/renew"] = ["update"],
    });

    public string Text
    {
        get
        {
            var paths = new JsonObject();
            foreach (var (pattern, capabilities) in Rules)
            {
                paths[pattern] = new JsonObject { ["capabilities"] = new JsonArray([.. capabilities.Select(name => (JsonNode)name)]) };
            }

            return new JsonObject { ["path"] = paths }.ToJsonString();
        }
    }

    public static ModelPolicy Random(Random dice)
    {
        var rules = Enumerable.Range(0, dice.Next(1, 5)).Select(_ => Patterns[dice.Next(Patterns.Length)]).Distinct()
            .ToDictionary(pattern => pattern, _ => Capabilities[dice.Next(Capabilities.Length)]);
        if (dice.Next(3) == 0)
        {
            // Without it hardly a token could make another, and there would be no parents.
            rules["auth/token/*"] = Capabilities[0];
        }

        return new ModelPolicy(rules);
    }

    /// <summary>The rule of a set of policies for a path: those of one pattern are united, deny wins among them, and then the longest pattern wins.</summary>
    public static IReadOnlySet<string> CapabilitiesOn(string path, IEnumerable<ModelPolicy> policies)
    {
        var best = policies.SelectMany(policy => policy.Rules)
            .Where(rule => rule.Key == path || (rule.Key.EndsWith('*') && path.StartsWith(rule.Key[..^1], StringComparison.Ordinal)))
            .GroupBy(rule => rule.Key).OrderByDescending(group => group.Key == path).ThenByDescending(group => group.Key.Length).FirstOrDefault();
        var united = best?.SelectMany(rule => rule.Value).ToHashSet() ?? [];
        return united.Contains("deny") ? new HashSet<string>() : united;
    }
}
