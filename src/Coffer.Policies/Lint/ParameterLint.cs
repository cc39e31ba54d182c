using Coffer.Sdk.Engines;

namespace Coffer.Policies.Lint;

/// <summary>Holds the parameters that a rule names against those that its paths take.</summary>
internal static class ParameterLint
{
    private const string AnyName = "*";

    /// <param name="rule">The rule.</param>
    /// <param name="paths">The paths of one mount that it reaches.</param>
    /// <param name="versioned">The mount is a version 2 key-value store, where a secret's own fields are one level deeper than rules look.</param>
    public static IEnumerable<LintFinding> Of(LintedRule rule, EnginePath[] paths, bool versioned)
    {
        EnginePath[] written = [.. paths.Where(path => path.Write is not null || path.Patch is not null)];

        // A path without fields takes whatever is sent, such as the values of a version 1 store.
        if (rule.IsDeny || written.Length == 0 || written.Any(path => path.Fields.IsEmpty))
        {
            yield break;
        }

        var known = written.SelectMany(path => path.Fields).Select(field => field.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (list, name) in Named(rule.Rule).Where(named => named.Name != AnyName && !known.Contains(named.Name)))
        {
            var effect = list switch
            {
                "required_parameters" => "so no write can pass",
                "denied_parameters" => "so this denies nothing",
                _ => "so this allows nothing",
            };
            yield return rule.Finding(
                "unknown-parameter",
                $"{list} names {name}, which these paths do not take, {effect}"
                + (versioned ? ". A version 2 store takes a secret's fields inside data, where rules cannot look; there are " : "; there are ")
                + string.Join(", ", known.Order(StringComparer.Ordinal)))
                with
            { IsCertain = list == "required_parameters" };
        }
    }

    private static IEnumerable<(string List, string Name)> Named(AclRule rule) =>
        rule.AllowedParameters.Keys.Order(StringComparer.Ordinal).Select(name => ("allowed_parameters", name))
            .Concat(rule.DeniedParameters.Keys.Order(StringComparer.Ordinal).Select(name => ("denied_parameters", name)))
            .Concat(rule.RequiredParameters.Select(name => ("required_parameters", name)));
}
