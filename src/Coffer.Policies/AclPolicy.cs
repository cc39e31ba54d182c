using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Coffer.Policies;

/// <summary>A policy: rules in the order of its text. Immutable.</summary>
public sealed class AclPolicy
{
    internal AclPolicy(PolicyName name, ImmutableArray<AclRule> rules)
    {
        Name = name;
        Rules = rules;
    }

    /// <summary>The name it is stored under; a <c>name</c> in the text has no meaning.</summary>
    public PolicyName Name { get; }

    /// <summary>The rules, in the order of the text.</summary>
    public ImmutableArray<AclRule> Rules { get; }

    /// <summary>Whether a path holds a template, so that compiling depends on who asks.</summary>
    public bool IsTemplated => Rules.Any(rule => rule.Pattern.IsTemplated);

    /// <summary>Reads a policy in HCL or JSON.</summary>
    /// <exception cref="PolicyFormatException">The text is not a policy.</exception>
    public static AclPolicy Parse(PolicyName name, string text) =>
        TryParse(name, text, out var policy, out var error) ? policy : throw new PolicyFormatException(error);

    /// <summary>Reads a policy in HCL or JSON; false and why when the text is not a policy.</summary>
    public static bool TryParse(
        PolicyName name, string text, [NotNullWhen(true)] out AclPolicy? policy, [NotNullWhen(false)] out PolicyError? error) =>
        AclPolicyReader.TryRead(name, text, out policy, out error);
}
