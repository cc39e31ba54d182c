using System.Collections.Immutable;
using System.Text.Json;

namespace Coffer.Aws.Policies;

/// <summary>One statement of a policy.</summary>
public sealed record PolicyStatement
{
    public string? Sid { get; init; }

    /// <summary>True for Allow, false for Deny.</summary>
    public required bool IsAllow { get; init; }

    /// <summary>Patterns such as <c>iam:Get*</c>.</summary>
    public required PolicyMatch Actions { get; init; }

    /// <summary>ARN patterns; empty in a trust policy.</summary>
    public PolicyMatch Resources { get; init; } = PolicyMatch.None;

    /// <summary>Who it is about; empty in an identity policy. The kinds are AWS, Service, Federated and CanonicalUser.</summary>
    public ImmutableArray<PolicyPrincipal> Principals { get; init; } = [];

    /// <summary>True when <see cref="Principals"/> came as NotPrincipal.</summary>
    public bool PrincipalsNegated { get; init; }

    /// <summary>All must hold.</summary>
    public ImmutableArray<PolicyCondition> Conditions { get; init; } = [];

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Sid is not null)
        {
            json.WriteString(nameof(Sid), Sid);
        }

        json.WriteString("Effect", IsAllow ? "Allow" : "Deny");
        if (Principals.Length > 0)
        {
            json.WriteStartObject(PrincipalsNegated ? "NotPrincipal" : "Principal");
            foreach (var kind in Principals.GroupBy(principal => principal.Kind))
            {
                WriteList(json, kind.Key, [.. kind.Select(principal => principal.Id)]);
            }

            json.WriteEndObject();
        }

        WriteList(json, Actions.Negated ? "NotAction" : "Action", Actions.Patterns);
        if (Resources.Patterns.Length > 0)
        {
            WriteList(json, Resources.Negated ? "NotResource" : "Resource", Resources.Patterns);
        }

        if (Conditions.Length > 0)
        {
            json.WriteStartObject("Condition");
            foreach (var group in Conditions.GroupBy(condition => condition.Operator))
            {
                json.WriteStartObject(group.Key);
                foreach (var condition in group)
                {
                    WriteList(json, condition.Key, condition.Values);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, ImmutableArray<string> values)
    {
        if (values.Length == 1)
        {
            json.WriteString(name, values[0]);
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}

/// <summary>A list of patterns, or everything but what they match.</summary>
public readonly record struct PolicyMatch(ImmutableArray<string> Patterns, bool Negated)
{
    /// <summary>No patterns at all.</summary>
    public static readonly PolicyMatch None = new([], false);
}

/// <summary>One principal, such as <c>AWS</c> and an ARN, an account or <c>*</c>.</summary>
public readonly record struct PolicyPrincipal(string Kind, string Id);

/// <summary>One condition, such as <c>DateGreaterThan</c>, <c>aws:CurrentTime</c> and a time.</summary>
/// <param name="Operator">With its prefix and suffix, such as <c>ForAnyValue:StringLike</c> or <c>BoolIfExists</c>.</param>
/// <param name="Key">The key of the request that is looked at; letter case does not matter.</param>
/// <param name="Values">Any of them suffices (for a negated operator: none may match).</param>
public sealed record PolicyCondition(string Operator, string Key, ImmutableArray<string> Values);
