using Coffer.Hcl;

namespace Coffer.Policies.Explain;

/// <summary>The least that has to be added to a policy so that a refused request is allowed, and nothing that was allowed is lost.</summary>
internal static class Remedy
{
    private static readonly AclOperation[] Operations =
        [AclOperation.Read, AclOperation.List, AclOperation.Create, AclOperation.Update, AclOperation.Patch, AclOperation.Delete];

    /// <summary>The addition in HCL, or null when adding cannot help: what is denied stays denied, and some refusals ask for another request.</summary>
    public static string? For(Acl acl, AclRequest asked, AclDecision decision)
    {
        var (path, kept) = (asked.Path, Granted(acl, asked));
        var needed = decision.Capability | (asked.IsRootProtected ? AclCapabilities.Sudo : AclCapabilities.None);
        return (decision.Refusal, decision.Rule) switch
        {
            (AclRefusal.NoRule, _) => OwnRule(path, needed | kept),

            // A rule for the path alone ranks higher than any pattern; on the same path the deny wins.
            (AclRefusal.Denied, { } rule) => IsNarrowest(rule, asked) ? null : OwnRule(path, needed | kept),
            (AclRefusal.MissingCapability or AclRefusal.MissingSudo, { } rule) => HasConditions(rule)
                ? SameRule(rule, needed, "")

                // A rule of its own hides the wider one here, so it repeats what that grants.
                : OwnRule(path, rule.Capabilities | needed | kept),
            (AclRefusal.ParameterNotAllowed, { } rule) => SameRule(
                rule, decision.Capability, $"\n  allowed_parameters = {{\n    {HclWriter.Quote(decision.Parameter ?? "")} = []\n  }}"),
            _ => null,
        };
    }

    /// <summary>What other rules grant on the path: a rule for the path alone would take it away. A listing is not decided by the same rule as a read.</summary>
    private static AclCapabilities Granted(Acl acl, AclRequest asked)
    {
        var granted = AclCapabilities.None;
        foreach (var operation in Operations)
        {
            var decision = acl.Decide(asked with { Operation = operation, Data = null, WrapTtl = null, IsRootProtected = false });
            granted |= decision.IsAllowed ? decision.Capability : AclCapabilities.None;
        }

        return granted;
    }

    private static bool HasConditions(GrantedRule rule) =>
        !rule.AllowedParameters.IsEmpty || !rule.DeniedParameters.IsEmpty || !rule.RequiredParameters.IsEmpty
        || rule.MinWrappingTtl is not null || rule.MaxWrappingTtl is not null;

    /// <summary>A deny that no rule for the path alone outranks: it names this path, in whatever spelling.</summary>
    private static bool IsNarrowest(GrantedRule rule, AclRequest asked)
    {
        return rule.IsOpen ? !rule.Match.IsPrefix : rule.Match.IsExact && Named(rule.Match.Text).Equals(Named(asked.Path), StringComparison.OrdinalIgnoreCase);

        string Named(string path) => asked.KeepsFolders ? path : path.TrimEnd('/');
    }

    /// <summary>A rule for this path alone; null when the path cannot be written without meaning a wildcard or a template.</summary>
    private static string? OwnRule(string path, AclCapabilities capabilities) =>
        RulePath.TryParse(path, out var written) && written.Outline() is { IsPrefix: false, PlusCount: 0 } && !written.IsTemplated
            ? Text(path, capabilities, "")
            : null;

    /// <summary>The same pattern again: rules on one pattern add up. Null when a value that was filled in would read as a wildcard.</summary>
    private static string? SameRule(GrantedRule rule, AclCapabilities capabilities, string more) =>
        RulePath.TryParse(rule.Path, out var written) && !written.IsTemplated && written.Outline().Key == rule.Match.Key
            ? Text(rule.Path, capabilities, more)
            : null;

    private static string Text(string path, AclCapabilities capabilities, string more)
    {
        var names = string.Join(", ", AclCapabilityNames.Of(capabilities & ~AclCapabilities.Deny).Select(HclWriter.Quote));
        return $"path {HclWriter.Quote(path)} {{\n  capabilities = [{names}]{more}\n}}\n";
    }
}
