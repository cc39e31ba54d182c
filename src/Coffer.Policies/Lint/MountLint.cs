using System.Collections.Immutable;
using Coffer.Sdk.Engines;

namespace Coffer.Policies.Lint;

/// <summary>Holds a rule against what is mounted: whether there is anything behind its path.</summary>
internal static class MountLint
{
    public static IEnumerable<LintFinding> Of(LintedRule rule, PatternTrie all, IReadOnlyList<LintedMount> mounts)
    {
        var reached = mounts.Where(mount => Reaches(rule.Pattern, Folder(mount.Path))).ToArray();
        if (reached.Length == 0)
        {
            return [rule.Finding("no-mount", "no mount serves this path: there is none at its beginning, or its name is misspelt")];
        }

        return reached is [var only] ? OfMount(rule, all, mounts, only) : [];
    }

    private static IEnumerable<LintFinding> OfMount(LintedRule rule, PatternTrie all, IReadOnlyList<LintedMount> mounts, LintedMount mount)
    {
        if (mount.Paths is null)
        {
            return [];
        }

        var folders = mount.Folders;
        var paths = mount.Paths.Paths.Where(path => !path.Undocumented && Reaches(rule.Pattern, Pattern(mount.Path, path.Template))).ToArray();
        if (paths.Length == 0)
        {
            return [folders is not null ? MissingBranch(rule, mount, folders) : NoSuchPath(rule, mount)];
        }

        var findings = OfPath(rule, mounts).Concat(ParameterLint.Of(rule, paths, folders is not null));
        return folders is not null && !rule.IsDeny ? findings.Concat(OfBranch(rule, all, mount)) : findings;
    }

    private static LintFinding MissingBranch(LintedRule rule, LintedMount mount, SplitFolders folders)
    {
        var below = rule.Rule.Path.Length > mount.Path.Length ? rule.Rule.Path[mount.Path.Length..] : "";
        return rule.Finding(
            "kv-version-2",
            $"{mount.Path} is {folders.Kind}, whose paths begin with {string.Join(", ", folders.Branches.Select(branch => branch + "/"))}: "
            + $"write \"{mount.Path}{folders.Data}/{below}\" to read and write secrets, \"{mount.Path}{folders.Metadata}/{below}\" to list them")
            with
        { IsCertain = true };
    }

    private static LintFinding NoSuchPath(LintedRule rule, LintedMount mount) =>
        rule.Finding("no-path", $"nothing that {mount.Path} serves has such a path");

    /// <summary>What one path wants that is neither a pattern nor a template.</summary>
    private static IEnumerable<LintFinding> OfPath(LintedRule rule, IReadOnlyList<LintedMount> mounts)
    {
        if (rule.IsDeny || rule.Rule.Capabilities == AclCapabilities.None || rule.Pattern.IsPrefix || rule.Pattern.PlusCount > 0 || rule.Rule.Pattern.IsTemplated
            || LintedMount.Find(mounts, rule.Pattern.Text, out var below) is not { Paths: { } paths } || !paths.TryMatch(below, listing: false, out var match))
        {
            yield break;
        }

        var path = match.Path;
        if (path.Sudo && !rule.Has(AclCapabilities.Sudo))
        {
            yield return rule.Finding("needs-sudo", "the path is root-protected: without sudo beside the other capabilities the rule opens nothing");
        }

        if (path is { Write: not null, Exists: null } && rule.Has(AclCapabilities.Create) && !rule.Has(AclCapabilities.Update))
        {
            yield return rule.Finding("create-is-update", "every write to this path needs update; create alone allows none");
        }
    }

    /// <summary>In a version 2 store secrets are read at <c>data/</c> and listed at <c>metadata/</c>: a policy that grants one mostly means to grant the other.</summary>
    private static IEnumerable<LintFinding> OfBranch(LintedRule rule, PatternTrie all, LintedMount mount)
    {
        if (!PatternRelation.Covers(Folder(mount.Path + "data/"), rule.Pattern))
        {
            yield break;
        }

        var twin = rule.Rule.Path[(mount.Path + "data/").Length..];
        var metadata = $"{mount.Path}metadata/{twin}";
        if (rule.Has(AclCapabilities.List))
        {
            yield return rule.Finding("list-on-data", $"nothing is listed at data/: give list to \"{metadata}\"");
        }

        var own = Twin(rule.Pattern, mount);
        if (rule.Has(AclCapabilities.Read)
            && !all.Meeting(own).Any(other => other.Has(AclCapabilities.List | AclCapabilities.Read))
            && !all.IsSpent)
        {
            yield return rule.Finding(
                "no-metadata", $"secrets can be read here, but neither listed nor looked up: for that, grant list and read on \"{metadata}\"");
        }
    }

    private static RulePattern Twin(RulePattern pattern, LintedMount mount) =>
        new(pattern.Segments.SetItem(mount.Path.Count(c => c == '/'), "metadata"), pattern.IsPrefix);

    /// <summary>Whether the rule matches something there. What is listed has a slash at its end, and a rule may leave it out.</summary>
    private static bool Reaches(RulePattern rule, RulePattern there) =>
        PatternRelation.Meet(rule, there) || (!rule.IsPrefix && PatternRelation.Meet(new RulePattern(rule.Segments.Add(""), isPrefix: false), there));

    private static RulePattern Folder(string folder) => new([.. folder.Split('/')], isPrefix: true);

    private static RulePattern Pattern(string mount, string template)
    {
        var segments = ImmutableArray.CreateBuilder<string?>();
        segments.AddRange(mount.Split('/')[..^1]);
        if (template.Length == 0)
        {
            segments.Add("");
            return new RulePattern(segments.ToImmutable(), isPrefix: false);
        }

        foreach (var part in template.Split('/'))
        {
            if (part.EndsWith("...}", StringComparison.Ordinal))
            {
                segments.Add("");
                return new RulePattern(segments.ToImmutable(), isPrefix: true);
            }

            segments.Add(part.StartsWith('{') ? null : part);
        }

        return new RulePattern(segments.ToImmutable(), isPrefix: false);
    }
}
