using System.Collections.Immutable;

namespace Coffer.Policies;

/// <summary>Gathers all that is said about one pattern. A deny leaves only the deny, wherever in the order it comes.</summary>
internal sealed class RuleMerge(RulePattern pattern)
{
    private readonly ImmutableArray<RuleSource>.Builder _sources = ImmutableArray.CreateBuilder<RuleSource>(1);
    private readonly ImmutableArray<string>.Builder _required = ImmutableArray.CreateBuilder<string>(0);
    private ImmutableDictionary<string, ImmutableArray<ParameterValue>> _allowed = AclRule.NoParameters;
    private ImmutableDictionary<string, ImmutableArray<ParameterValue>> _denied = AclRule.NoParameters;
    private AclCapabilities _capabilities;
    private TimeSpan? _min;
    private TimeSpan? _max;

    public void Add(RuleSource source, AclRule rule)
    {
        _sources.Add(source);
        _capabilities |= rule.Capabilities;
        _allowed = Union(_allowed, rule.AllowedParameters);
        _denied = Union(_denied, rule.DeniedParameters);
        _required.AddRange(rule.RequiredParameters.Where(name => !_required.Contains(name)).ToList());
        _min = Smaller(_min, rule.MinWrappingTtl);
        _max = Smaller(_max, rule.MaxWrappingTtl);
    }

    public GrantedRule Build() => _capabilities.HasFlag(AclCapabilities.Deny)
        ? new GrantedRule(pattern, _sources.DrainToImmutable(), AclCapabilities.Deny)
        : new GrantedRule(pattern, _sources.DrainToImmutable(), _capabilities)
        {
            AllowedParameters = _allowed,
            DeniedParameters = _denied,
            RequiredParameters = _required.DrainToImmutable(),
            MinWrappingTtl = _min,
            MaxWrappingTtl = _max,
        };

    private static TimeSpan? Smaller(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b ?? a : a;

    private static ImmutableDictionary<string, ImmutableArray<ParameterValue>> Union(
        ImmutableDictionary<string, ImmutableArray<ParameterValue>> existing, ImmutableDictionary<string, ImmutableArray<ParameterValue>> added)
    {
        if (existing.IsEmpty)
        {
            return added;
        }

        foreach (var (name, values) in added)
        {
            var union = !existing.TryGetValue(name, out var known) ? values
                : known.IsEmpty || values.IsEmpty ? []
                : known.AddRange(values);
            existing = existing.SetItem(name, union);
        }

        return existing;
    }
}
