using System.Diagnostics;
using Coffer.Text;

namespace Coffer.Policies.Explain;

/// <summary>A decision in a sentence for people.</summary>
internal static class DecisionWords
{
    public static string Of(Explanation decision) => decision.Token != TokenState.Valid ? OfToken(decision.Token)
        : decision.IsRoot ? "the root policy allows everything"
        : decision.IsAllowed ? decision.Rule is null ? "asking for help is always allowed" : $"{Rule(decision)} grants {Capability(decision)}"
        : OfRefusal(decision);

    /// <summary>The state in one word, as replies and audit entries have it.</summary>
    public static string NameOf(TokenState state) => state switch
    {
        TokenState.Valid => "valid",
        TokenState.Missing => "missing",
        TokenState.Unknown => "unknown",
        TokenState.Expired => "expired",
        TokenState.Revoked => "revoked",
        TokenState.UsedUp => "used_up",
        TokenState.ParentEnded => "parent_ended",
        TokenState.WrongNetwork => "wrong_network",
        TokenState.EntityDisabled => "entity_disabled",
        _ => throw new UnreachableException($"token state {state} has no name"),
    };

    /// <summary>The refusal in one word; empty for none.</summary>
    public static string NameOf(AclRefusal refusal) => refusal switch
    {
        AclRefusal.None => "",
        AclRefusal.NoRule => "no_rule",
        AclRefusal.Denied => "denied",
        AclRefusal.MissingCapability => "missing_capability",
        AclRefusal.MissingSudo => "missing_sudo",
        AclRefusal.NotWrapped => "not_wrapped",
        AclRefusal.WrapTtlTooShort => "wrap_ttl_too_short",
        AclRefusal.WrapTtlTooLong => "wrap_ttl_too_long",
        AclRefusal.WrapTtlImpossible => "wrap_ttl_impossible",
        AclRefusal.ParameterRequired => "parameter_required",
        AclRefusal.ParameterDenied => "parameter_denied",
        AclRefusal.ParameterNotAllowed => "parameter_not_allowed",
        _ => throw new UnreachableException($"refusal {refusal} has no name"),
    };

    private static string OfToken(TokenState state) => state switch
    {
        TokenState.Missing => "no token was sent",
        TokenState.Unknown => "the token is not known: it was never given out here, or it ended and is forgotten",
        TokenState.Expired => "the token has expired",
        TokenState.Revoked => "the token is revoked",
        TokenState.UsedUp => "the token's number of uses is spent",
        TokenState.ParentEnded => "the batch token has ended with its parent",
        TokenState.WrongNetwork => "the token is bound to other addresses than the one it was sent from",
        TokenState.EntityDisabled => "the entity behind the token is disabled or gone",
        _ => throw new UnreachableException($"token state {state} is no refusal"),
    };

    private static string OfRefusal(Explanation decision) => decision.Refusal switch
    {
        AclRefusal.NoRule => "no rule of the token's policies covers the path",
        AclRefusal.Denied => $"{Rule(decision)} denies the path, and a deny wins over whatever else is granted on the same path",
        AclRefusal.MissingCapability => $"{Rule(decision)} decides, and does not grant {Capability(decision)}",
        AclRefusal.MissingSudo => $"the path is root-protected, and {Rule(decision)} does not grant sudo",
        AclRefusal.NotWrapped => $"{Rule(decision)} wants the reply wrapped{Bounds(decision)}",
        AclRefusal.WrapTtlTooShort or AclRefusal.WrapTtlTooLong => $"{Rule(decision)} wants the reply wrapped for another time{Bounds(decision)}",
        AclRefusal.WrapTtlImpossible => $"{Rule(decision)} comes from several policies whose wrapping times leave nothing between them{Bounds(decision)}",
        AclRefusal.ParameterRequired => $"{Rule(decision)} requires the parameter \"{decision.Parameter}\"",
        AclRefusal.ParameterDenied => $"{Rule(decision)} denies the parameter \"{decision.Parameter}\", or its value",
        AclRefusal.ParameterNotAllowed => $"{Rule(decision)} does not allow the parameter \"{decision.Parameter}\", or its value",
        _ => throw new UnreachableException($"refusal {decision.Refusal} has no words"),
    };

    private static string Rule(Explanation decision)
    {
        var places = string.Join(" and ", decision.Sources.Select(source => $"{source.Policy} line {source.Line}"));
        return $"the rule \"{decision.Rule}\" ({places})";
    }

    private static string Capability(Explanation decision) => string.Join(" or ", AclCapabilityNames.Of(decision.Capability));

    private static string Bounds(Explanation decision) =>
        (decision.MinWrappingTtl is { } min ? $", at least {GoDuration.Format(min)}" : "") + (decision.MaxWrappingTtl is { } max ? $", at most {GoDuration.Format(max)}" : "");
}
