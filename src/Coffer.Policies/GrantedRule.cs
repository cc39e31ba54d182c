using System.Collections.Immutable;

namespace Coffer.Policies;

/// <summary>What all policies of a caller together say about one path pattern.</summary>
public sealed class GrantedRule
{
    private readonly ImmutableArray<PolicyName> _policies;

    internal GrantedRule(RulePattern pattern, ImmutableArray<RuleSource> sources, AclCapabilities capabilities)
    {
        Match = pattern;
        Path = pattern.Display;
        Sources = sources;
        Capabilities = capabilities;
        CapabilityNames = AclCapabilityNames.Of(capabilities);
        _policies = [.. sources.Select(source => source.Policy).Distinct()];
    }

    /// <summary>The pattern with its <c>+</c> and final <c>*</c>, templates filled in.</summary>
    public string Path { get; }

    /// <summary>Where it comes from, in the order of the policies.</summary>
    public ImmutableArray<RuleSource> Sources { get; }

    /// <summary>What is granted; <see cref="AclCapabilities.Deny"/> is never combined with others.</summary>
    public AclCapabilities Capabilities { get; }

    /// <summary>The capabilities' names, sorted; <c>deny</c> alone when there is none.</summary>
    public ImmutableArray<string> CapabilityNames { get; }

    /// <summary>See <see cref="AclRule.AllowedParameters"/>: values add up, an empty list wins.</summary>
    public ImmutableDictionary<string, ImmutableArray<ParameterValue>> AllowedParameters { get; internal init; } = AclRule.NoParameters;

    /// <summary>See <see cref="AclRule.DeniedParameters"/>: values add up, an empty list wins.</summary>
    public ImmutableDictionary<string, ImmutableArray<ParameterValue>> DeniedParameters { get; internal init; } = AclRule.NoParameters;

    /// <summary>See <see cref="AclRule.RequiredParameters"/>: all that any policy requires.</summary>
    public ImmutableArray<string> RequiredParameters { get; internal init; } = [];

    /// <summary>The smallest minimum of any policy.</summary>
    public TimeSpan? MinWrappingTtl { get; internal init; }

    /// <summary>The smallest maximum of any policy.</summary>
    public TimeSpan? MaxWrappingTtl { get; internal init; }

    internal RulePattern Match { get; }

    /// <summary>A deny with a template that has no value: see <see cref="OpenDeny"/>.</summary>
    internal bool IsOpen { get; init; }

    /// <summary>The policies that grant a capability here, in order, each once; what audit entries list.</summary>
    public ImmutableArray<PolicyName> GrantingPolicies(AclCapabilities capability) =>
        Sources.All(source => source.Capabilities.HasFlag(capability))
            ? _policies
            : [.. Sources.Where(source => source.Capabilities.HasFlag(capability)).Select(source => source.Policy).Distinct()];

    internal bool Grants(AclCapabilities capability) => (Capabilities & capability) != 0;
}

/// <summary>Where a rule is written.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Path">The path as written there, templates and all.</param>
/// <param name="Line">The line of the path, from 1.</param>
/// <param name="Capabilities">What that place grants.</param>
public sealed record RuleSource(PolicyName Policy, string Path, int Line, AclCapabilities Capabilities);

/// <summary>A templated rule that dropped out for a caller.</summary>
/// <param name="Source">Where it is written.</param>
/// <param name="Reason">Why; never a value, only the template's name.</param>
public sealed record SkippedRule(RuleSource Source, string Reason);
