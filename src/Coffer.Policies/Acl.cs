using System.Collections.Immutable;

namespace Coffer.Policies;

/// <summary>
/// What a caller may do: a set of policies, compiled. Immutable and safe to share. One matcher serves every operation:
/// <list type="bullet">
/// <item>an exact rule decides alone; then the highest-ranking pattern decides alone: the one whose first <c>+</c> or <c>*</c> comes
/// later, then one without a final <c>*</c>, then fewer <c>+</c>, then the longer, then the lexically larger;</item>
/// <item>a listing of <c>x</c> looks for <c>x/</c>, for the exact <c>x</c>, then for patterns on <c>x/</c>, among which a <c>+</c>
/// pattern without a final <c>*</c> also counts when it matches <c>x</c>;</item>
/// <item>rules on the same pattern add up, rules on different ones never do;</item>
/// <item>a deny holds for every spelling of its path, see <see cref="SpellingRules"/>.</item>
/// </list>
/// </summary>
public sealed class Acl
{
    private readonly RuleIndex _index;
    private readonly SpellingRules? _spelling;
    private readonly ImmutableArray<GrantedRule> _rules;
    private readonly ImmutableArray<OpenDeny> _open;

    private Acl(ImmutableArray<GrantedRule> rules, ImmutableArray<OpenDeny> open, ImmutableArray<SkippedRule> skipped, bool isRoot)
    {
        _rules = rules;
        _open = open;
        Skipped = skipped;
        IsRoot = isRoot;
        _index = new RuleIndex(rules);
        _spelling = SpellingRules.Of(rules, open);
    }

    /// <summary>The root policy's: everything is allowed.</summary>
    public static Acl Root { get; } = new([], [], [], isRoot: true);

    /// <summary>No policy at all: nothing is allowed but help.</summary>
    public static Acl Empty { get; } = new([], [], [], isRoot: false);

    /// <summary>Whether this is the root policy's.</summary>
    public bool IsRoot { get; }

    /// <summary>Templated grants that dropped out for want of a value, for explain. A deny without a value stays one.</summary>
    public ImmutableArray<SkippedRule> Skipped { get; }

    /// <summary>Compiles a caller's policies. The root policy has no text and is not compiled: see <see cref="Root"/>.</summary>
    /// <exception cref="ArgumentException">The root policy is among them.</exception>
    public static Acl Compile(IEnumerable<AclPolicy> policies, PolicyTemplateValues values)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(values);
        var merges = new Dictionary<(string, bool), RuleMerge>();
        var open = ImmutableArray.CreateBuilder<OpenDeny>();
        var skipped = ImmutableArray.CreateBuilder<SkippedRule>();
        foreach (var policy in policies)
        {
            if (policy.Name == PolicyName.Root)
            {
                throw new ArgumentException("the root policy cannot be compiled with others; use Acl.Root", nameof(policies));
            }

            foreach (var rule in policy.Rules)
            {
                var source = new RuleSource(policy.Name, rule.Path, rule.Line, rule.Capabilities);
                var denies = rule.Capabilities.HasFlag(AclCapabilities.Deny);
                if (!rule.Pattern.TryFill(values, denies, out var pattern, out var reason))
                {
                    if (denies)
                    {
                        open.Add(rule.Pattern.Open(values, source));
                    }
                    else
                    {
                        skipped.Add(new SkippedRule(source, reason));
                    }

                    continue;
                }

                if (!merges.TryGetValue(pattern.Key, out var merge))
                {
                    merges[pattern.Key] = merge = new RuleMerge(pattern);
                }

                merge.Add(source, rule);
            }
        }

        return new Acl([.. merges.Values.Select(merge => merge.Build())], open.DrainToImmutable(), skipped.DrainToImmutable(), isRoot: false);
    }

    /// <summary>Decides on a request. Allocates nothing unless parameters have to be looked at or the path is long.</summary>
    public AclDecision Decide(in AclRequest request)
    {
        var needed = Needed(request.Operation);
        if (IsRoot)
        {
            return AclDecision.ByRoot(needed);
        }

        if (request.Operation == AclOperation.Help)
        {
            return AclDecision.Allow(rule: null, needed);
        }

        var path = request.Path.AsSpan().TrimStart('/');
        var rule = Deciding(path, request.Operation == AclOperation.List, request.KeepsFolders, request.Folds);
        if (rule is null)
        {
            return AclDecision.Refuse(AclRefusal.NoRule, rule, needed);
        }

        if (!rule.Grants(needed))
        {
            return AclDecision.Refuse(rule.Grants(AclCapabilities.Deny) ? AclRefusal.Denied : AclRefusal.MissingCapability, rule, needed);
        }

        if (request.IsRootProtected && !rule.Grants(AclCapabilities.Sudo))
        {
            return AclDecision.Refuse(AclRefusal.MissingSudo, rule, AclCapabilities.Sudo);
        }

        var wrapping = CheckWrapping(rule, request.WrapTtl);
        if (wrapping != AclRefusal.None)
        {
            return AclDecision.Refuse(wrapping, rule, needed);
        }

        if (request.Operation is AclOperation.List or AclOperation.Delete or AclOperation.Subscribe)
        {
            return AclDecision.Allow(rule, needed);
        }

        var (refusal, parameter) = ParameterCheck.Check(rule, request.Data, request.Fields);
        return refusal == AclRefusal.None ? AclDecision.Allow(rule, needed) : AclDecision.Refuse(refusal, rule, needed, parameter);
    }

    /// <summary>The capabilities on a path, sorted, as <c>sys/capabilities</c> answers: <c>root</c>, or <c>deny</c> when there are none.</summary>
    /// <param name="path">Of a request. One that ends in a slash can only be listed, so it is looked up as a listing is.</param>
    public ImmutableArray<string> Capabilities(string path) => Capabilities(new AclRequest(path, AclOperation.Read));

    /// <summary>The same for a path whose row is known; operation and parameters do not count.</summary>
    public ImmutableArray<string> Capabilities(in AclRequest asked)
    {
        var path = asked.Path.AsSpan().TrimStart('/');
        return IsRoot
            ? AclCapabilityNames.Root
            : Deciding(path, path.EndsWith('/'), asked.KeepsFolders, asked.Folds)?.CapabilityNames ?? AclCapabilityNames.Denied;
    }

    /// <summary>Whether any rule that is no deny could grant something at or under a mount, so that a caller may know of the mount.</summary>
    public bool HasAnyUnder(string mountPath)
    {
        ArgumentNullException.ThrowIfNull(mountPath);
        var folder = mountPath.TrimStart('/');
        folder = folder.EndsWith('/') ? folder : folder + "/";
        return IsRoot
            || Deciding(folder, listing: true, keepsFolders: true, SegmentFold.None) is { } rule && GrantsAnything(rule)
            || _rules.Any(other => GrantsAnything(other) && other.Match.ReachesUnder(folder));
    }

    /// <summary>All rules, merged, for <c>sys/internal/ui/resultant-acl</c>.</summary>
    public ResultantAcl Resultant()
    {
        var exact = ImmutableSortedDictionary.CreateBuilder<string, GrantedRule>(StringComparer.Ordinal);
        var globs = ImmutableSortedDictionary.CreateBuilder<string, GrantedRule>(StringComparer.Ordinal);
        foreach (var rule in _rules.Concat(_open.Select(deny => deny.Rule)))
        {
            var plain = rule.Match.PlusCount == 0;
            (plain && !rule.Match.IsPrefix ? exact : globs)[plain ? rule.Match.Text : rule.Path] = rule;
        }

        return new ResultantAcl(IsRoot, exact.ToImmutable(), globs.ToImmutable());
    }

    private static bool GrantsAnything(GrantedRule rule) => (rule.Capabilities & ~AclCapabilities.Deny) != 0;

    private static AclCapabilities Needed(AclOperation operation) => operation switch
    {
        AclOperation.Read => AclCapabilities.Read,
        AclOperation.List => AclCapabilities.List,
        AclOperation.Create => AclCapabilities.Create,
        AclOperation.Update => AclCapabilities.Update,
        AclOperation.Patch => AclCapabilities.Patch,
        AclOperation.Delete => AclCapabilities.Delete,
        AclOperation.Recover => AclCapabilities.Recover,
        AclOperation.Subscribe => AclCapabilities.Subscribe,
        AclOperation.Help => AclCapabilities.None,
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "unknown operation"),
    };

    private static AclRefusal CheckWrapping(GrantedRule rule, TimeSpan? ttl)
    {
        if (rule.MinWrappingTtl is null && rule.MaxWrappingTtl is null)
        {
            return AclRefusal.None;
        }

        return rule.MaxWrappingTtl < rule.MinWrappingTtl ? AclRefusal.WrapTtlImpossible
            : ttl is null ? AclRefusal.NotWrapped
            : ttl > rule.MaxWrappingTtl ? AclRefusal.WrapTtlTooLong
            : ttl < rule.MinWrappingTtl ? AclRefusal.WrapTtlTooShort
            : AclRefusal.None;
    }

    private GrantedRule? Deciding(ReadOnlySpan<char> path, bool listing, bool keepsFolders, in SegmentFold folds)
    {
        var found = listing ? _index.FindFolder(path) : _index.Find(path, keepsFolders);
        return _spelling is null ? found : _spelling.Decide(found, path, listing, keepsFolders, folds);
    }
}
