using System.Text.Json;


namespace Coffer.Policies;

/// <summary>Why a request is refused.</summary>
public enum AclRefusal
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>No rule covers the path.</summary>
    NoRule,

    /// <summary>The rule that covers the path denies it.</summary>
    Denied,

    /// <summary>The rule does not grant the capability for the operation.</summary>
    MissingCapability,

    /// <summary>The path is root-protected and the rule does not grant sudo.</summary>
    MissingSudo,

    /// <summary>The rule's bounds want the reply wrapped, and it is not.</summary>
    NotWrapped,

    /// <summary>The reply is to be wrapped for less than the rule's minimum.</summary>
    WrapTtlTooShort,

    /// <summary>The reply is to be wrapped for more than the rule's maximum.</summary>
    WrapTtlTooLong,

    /// <summary>The minimum and maximum of several policies leave nothing between them.</summary>
    WrapTtlImpossible,

    /// <summary>A required parameter is not there.</summary>
    ParameterRequired,

    /// <summary>A parameter, or its value, is denied.</summary>
    ParameterDenied,

    /// <summary>A parameter, or its value, is not among those allowed.</summary>
    ParameterNotAllowed,
}

/// <summary>What the ACL says to a request, and why. The reply to a client says less: this is for explain, audit and operators.</summary>
public readonly record struct AclDecision
{
    /// <summary>Whether the request may go on. False in a default value.</summary>
    public bool IsAllowed { get; private init; }

    /// <summary>Allowed by the root policy.</summary>
    public bool IsRoot { get; private init; }

    /// <summary>Why not, when it may not.</summary>
    public AclRefusal Refusal { get; private init; }

    /// <summary>The rule that decided; null for root, for help, and when no rule covers the path.</summary>
    public GrantedRule? Rule { get; private init; }

    /// <summary>The capability that allowed the request, or that would have been needed.</summary>
    public AclCapabilities Capability { get; private init; }

    /// <summary>The parameter that refused it, for the refusals about parameters.</summary>
    public string? Parameter { get; private init; }

    /// <summary>
    /// Whether a decision that was made without the fields of the path may come out otherwise with them, as a value or the name of a field has several spellings.
    /// </summary>
    /// <param name="parameters">Those that were asked about.</param>
    public bool TurnsOnSpelling(JsonElement parameters) => ParameterCheck.TurnsOnSpelling(this, parameters);

    /// <summary>A write that is refused whether it would create or update: which of the two it is says whether something is there.</summary>
    /// <param name="update">What is said to it as an update.</param>
    /// <param name="create">What is said to it as a creation.</param>
    public static AclDecision RefuseWrite(AclDecision update, AclDecision create) =>
        (update.Refusal == AclRefusal.MissingCapability ? create : update) with { Capability = update.Capability | create.Capability };

    internal static AclDecision ByRoot(AclCapabilities capability) => new() { IsAllowed = true, IsRoot = true, Capability = capability };

    internal static AclDecision Allow(GrantedRule? rule, AclCapabilities capability) =>
        new() { IsAllowed = true, Rule = rule, Capability = capability };

    internal static AclDecision Refuse(AclRefusal refusal, GrantedRule? rule, AclCapabilities capability, string? parameter = null) =>
        new() { Refusal = refusal, Rule = rule, Capability = capability, Parameter = parameter };
}
