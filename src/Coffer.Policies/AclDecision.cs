using System.Text.Json;


namespace Coffer.Policies;

/// <summary>Why a request is refused.</summary>
public enum AclRefusal
{
    /// <summary>It is not refused.</summary>
    None,

    /// <summary>No rule covers the path.</summary>
    NoRule,

    /// <summary>The rule that covers the path denies it.</summary>
    Denied,

    /// <summary>The rule does not grant the capability for the operation.</summary>
    MissingCapability,

    /// <summary>The path is root-protected and the rule does not grant sudo.</summary>
    MissingSudo,

    /// <summary>The rule requires a wrapped reply, and the request asks for none.</summary>
    NotWrapped,

    /// <summary>The reply is to be wrapped for less than the rule's minimum.</summary>
    WrapTtlTooShort,

    /// <summary>The reply is to be wrapped for more than the rule's maximum.</summary>
    WrapTtlTooLong,

    /// <summary>The minimum that one policy sets is longer than the maximum that another sets.</summary>
    WrapTtlImpossible,

    /// <summary>A required parameter is not there.</summary>
    ParameterRequired,

    /// <summary>A parameter, or its value, is denied.</summary>
    ParameterDenied,

    /// <summary>A parameter, or its value, is not among those allowed.</summary>
    ParameterNotAllowed,
}

/// <summary>Whether the ACL allows a request, and why. A client's reply holds less than this, which is for explain, audit and operators.</summary>
public readonly record struct AclDecision
{
    /// <summary>Whether the request may go on. False in a default value.</summary>
    public bool IsAllowed { get; private init; }

    /// <summary>Allowed by the root policy.</summary>
    public bool IsRoot { get; private init; }

    /// <summary>Why the request is refused; <see cref="AclRefusal.None"/> when it is allowed.</summary>
    public AclRefusal Refusal { get; private init; }

    /// <summary>The rule that decided; null for root, for help, and when no rule covers the path.</summary>
    public GrantedRule? Rule { get; private init; }

    /// <summary>The capability that allowed the request, or that would have been needed.</summary>
    public AclCapabilities Capability { get; private init; }

    /// <summary>The parameter that refused it, for the refusals about parameters.</summary>
    public string? Parameter { get; private init; }

    /// <summary>
    /// Whether a decision that was made without the fields of the path may differ once they are known: a field has several names, and a value several spellings.
    /// </summary>
    /// <param name="parameters">The parameters of the decision.</param>
    public bool TurnsOnSpelling(JsonElement parameters) => ParameterCheck.TurnsOnSpelling(this, parameters);

    /// <summary>Refuses a write whose caller may neither create nor update. The decision names both capabilities, because naming one of them would show whether the entry exists.</summary>
    /// <param name="update">The decision on the request as an update.</param>
    /// <param name="create">The decision on the request as a creation.</param>
    public static AclDecision RefuseWrite(AclDecision update, AclDecision create) =>
        (update.Refusal == AclRefusal.MissingCapability ? create : update) with { Capability = update.Capability | create.Capability };

    internal static AclDecision ByRoot(AclCapabilities capability) => new() { IsAllowed = true, IsRoot = true, Capability = capability };

    internal static AclDecision Allow(GrantedRule? rule, AclCapabilities capability) =>
        new() { IsAllowed = true, Rule = rule, Capability = capability };

    internal static AclDecision Refuse(AclRefusal refusal, GrantedRule? rule, AclCapabilities capability, string? parameter = null) =>
        new() { Refusal = refusal, Rule = rule, Capability = capability, Parameter = parameter };
}
