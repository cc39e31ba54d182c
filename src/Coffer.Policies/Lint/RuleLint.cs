
namespace Coffer.Policies.Lint;

/// <summary>What one rule's own text shows.</summary>
internal static class RuleLint
{
    private const string AnyName = "*";

    public static IEnumerable<LintFinding> Of(LintedRule rule) => Path(rule).Concat(Capabilities(rule)).Concat(Parameters(rule));

    private static IEnumerable<LintFinding> Path(LintedRule rule)
    {
        var segments = rule.Pattern.Segments;
        if (segments.Any(segment => segment is not null && segment.Contains('*', StringComparison.Ordinal)))
        {
            yield return rule.Finding("star-inside", "a \"*\" is a wildcard only at the very end; here it stands for itself. For one whole segment write \"+\"");
        }

        if (segments.Any(segment => segment is { Length: > 1 } && segment.Contains('+', StringComparison.Ordinal)))
        {
            yield return rule.Finding("plus-in-segment", "a \"+\" is a wildcard only as a whole segment; here it stands for itself");
        }

        foreach (var template in rule.Rule.Pattern.Templates.Where(template => !TemplateNames.IsKnown(template)))
        {
            yield return rule.Finding(
                "unknown-template", $"{{{{{template}}}}} has a value for nobody, so the rule never applies. Templates begin with identity.entity. or identity.groups.")
                with
            { IsCertain = true };
        }

        if (!rule.Pattern.IsPrefix && segments is [_, .., ""] && rule.Has(~(AclCapabilities.List | AclCapabilities.Deny)))
        {
            yield return rule.Finding("only-listed", "a path that ends in \"/\" is only ever listed: capabilities other than list have no effect here");
        }
    }

    private static IEnumerable<LintFinding> Capabilities(LintedRule rule)
    {
        if (rule.Rule.Overridden != AclCapabilities.None)
        {
            var lost = string.Join(", ", AclCapabilityNames.Of(rule.Rule.Overridden));
            yield return rule.Finding("deny-takes-all", $"deny is listed with {lost}, which therefore have no effect");
        }

        if (rule.Rule.Capabilities == AclCapabilities.None)
        {
            yield return rule.Finding("nothing-granted", "the rule grants nothing, and hides wider rules for this path. To refuse on purpose write deny");
        }
    }

    private static IEnumerable<LintFinding> Parameters(LintedRule rule)
    {
        var (allowed, denied) = (rule.Rule.AllowedParameters, rule.Rule.DeniedParameters);
        if (allowed.TryGetValue(AnyName, out var values) && !values.IsEmpty)
        {
            yield return rule.Finding("star-values", "the values beside \"*\" in allowed_parameters have no meaning: unlisted parameters may have any value");
        }

        var closed = !allowed.IsEmpty && !allowed.ContainsKey(AnyName);
        foreach (var name in rule.Rule.RequiredParameters)
        {
            if (denied.ContainsKey(AnyName) || (denied.TryGetValue(name, out var refused) && refused.IsEmpty))
            {
                yield return rule.Finding("required-and-denied", $"the parameter {name} is required and denied: no request can pass");
            }
            else if (closed && !allowed.ContainsKey(name))
            {
                yield return rule.Finding("required-not-allowed", $"the parameter {name} is required, but not among the allowed ones: no write can pass");
            }
        }
    }
}
