using System.Collections.Immutable;
using System.Text.Json;

namespace Coffer.Aws.Policies;

/// <summary>Reads policy JSON as strictly as IAM does when a policy is put.</summary>
internal static class PolicyParser
{
    private const string Syntax = "Syntax errors in policy.";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public static PolicyDocument Parse(string json, PolicyUse use)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Document(document.RootElement, use);
        }
        catch (JsonException)
        {
            throw new PolicyFormatException(Syntax);
        }
    }

    private static PolicyDocument Document(JsonElement root, PolicyUse use)
    {
        Demand(root.ValueKind == JsonValueKind.Object);
        var version = PolicyDocument.OldVersion;
        string? id = null;
        var statements = ImmutableArray.CreateBuilder<PolicyStatement>();
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "Version":
                    version = Text(member.Value);
                    Demand(version is PolicyDocument.CurrentVersion or PolicyDocument.OldVersion);
                    break;
                case "Id":
                    id = Text(member.Value);
                    break;
                case "Statement" when member.Value.ValueKind == JsonValueKind.Array:
                    statements.AddRange(member.Value.EnumerateArray().Select(element => Statement(element, use)));
                    break;
                case "Statement":
                    statements.Add(Statement(member.Value, use));
                    break;
                default:
                    throw new PolicyFormatException(Syntax);
            }
        }

        Demand(statements.Count > 0);
        var sids = statements.Where(statement => statement.Sid is { Length: > 0 }).Select(statement => statement.Sid).ToList();
        Demand(sids.Distinct().Count() == sids.Count, "Statement IDs (SID) in a single policy must be unique.");
        return new PolicyDocument { Version = version, Id = id, Statements = statements.DrainToImmutable() };
    }

    private static PolicyStatement Statement(JsonElement element, PolicyUse use)
    {
        Demand(element.ValueKind == JsonValueKind.Object);
        string? sid = null;
        bool? allow = null;
        PolicyMatch? actions = null;
        PolicyMatch? resources = null;
        ImmutableArray<PolicyPrincipal>? principals = null;
        var principalsNegated = false;
        ImmutableArray<PolicyCondition> conditions = [];
        foreach (var member in element.EnumerateObject())
        {
            switch (member.Name)
            {
                case "Sid":
                    sid = Text(member.Value);
                    Demand(sid.All(char.IsAsciiLetterOrDigit), $"Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*");
                    break;
                case "Effect":
                    var effect = Text(member.Value);
                    Demand(effect is "Allow" or "Deny");
                    allow = effect == "Allow";
                    break;
                case "Action" or "NotAction":
                    Demand(actions is null);
                    actions = new PolicyMatch(Texts(member.Value), member.Name == "NotAction");
                    break;
                case "Resource" or "NotResource":
                    Demand(resources is null);
                    resources = new PolicyMatch(Texts(member.Value), member.Name == "NotResource");
                    break;
                case "Principal" or "NotPrincipal":
                    Demand(principals is null);
                    principals = Principals(member.Value);
                    principalsNegated = member.Name == "NotPrincipal";
                    break;
                case "Condition":
                    conditions = Conditions(member.Value);
                    break;
                default:
                    throw new PolicyFormatException(Syntax);
            }
        }

        Demand(allow is not null);
        Check(actions, resources, principals, use);
        return new PolicyStatement
        {
            Sid = sid,
            IsAllow = allow ?? false,
            Actions = actions ?? PolicyMatch.None,
            Resources = resources ?? PolicyMatch.None,
            Principals = principals ?? [],
            PrincipalsNegated = principalsNegated,
            Conditions = conditions,
        };
    }

    private static void Check(PolicyMatch? actions, PolicyMatch? resources, ImmutableArray<PolicyPrincipal>? principals, PolicyUse use)
    {
        Demand(actions is { Patterns.Length: > 0 }, "Policy statement must contain actions.");
        foreach (var action in actions?.Patterns ?? [])
        {
            var colon = action.IndexOf(':', StringComparison.Ordinal);
            Demand(action == "*" || colon > 0, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
            Demand(action == "*" || colon < action.Length - 1, $"Action vendors and action names must not be empty: {action}");
        }

        if (use == PolicyUse.Trust)
        {
            Demand(resources is null, "Has prohibited field Resource");
            Demand(principals is { Length: > 0 }, "Missing required field Principal");
            return;
        }

        Demand(principals is null, "Policy document should not specify a principal.");
        Demand(resources is { Patterns.Length: > 0 }, "Policy statement must contain resources.");
        foreach (var resource in resources?.Patterns ?? [])
        {
            var isArn = resource.StartsWith("arn:", StringComparison.Ordinal) && resource.Count(letter => letter == ':') >= 5;
            Demand(resource == "*" || isArn || IsLooseArn(resource), $"Resource {resource} must be in ARN format or \"*\".");
        }
    }

    /// <summary>A wildcard may stand for several parts of an ARN at once, as in <c>arn:aws:s3*</c>.</summary>
    private static bool IsLooseArn(string resource) =>
        resource.StartsWith("arn:", StringComparison.Ordinal) && resource.Contains('*', StringComparison.Ordinal);

    private static ImmutableArray<PolicyPrincipal> Principals(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            Demand(value.GetString() == "*", "Invalid principal in policy");
            return [new PolicyPrincipal("AWS", "*")];
        }

        Demand(value.ValueKind == JsonValueKind.Object);
        var all = ImmutableArray.CreateBuilder<PolicyPrincipal>();
        foreach (var kind in value.EnumerateObject())
        {
            Demand(kind.Name is "AWS" or "Service" or "Federated" or "CanonicalUser", "Invalid principal in policy");
            all.AddRange(Texts(kind.Value).Select(id => new PolicyPrincipal(kind.Name, id)));
        }

        return all.DrainToImmutable();
    }

    private static ImmutableArray<PolicyCondition> Conditions(JsonElement value)
    {
        Demand(value.ValueKind == JsonValueKind.Object);
        var all = ImmutableArray.CreateBuilder<PolicyCondition>();
        foreach (var group in value.EnumerateObject())
        {
            Demand(ConditionOperator.Of(group.Name).IsKnown, $"Invalid Condition type : {group.Name}.");
            Demand(group.Value.ValueKind == JsonValueKind.Object);
            foreach (var condition in group.Value.EnumerateObject())
            {
                Demand(condition.Name.Contains(':', StringComparison.Ordinal), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
                all.Add(new PolicyCondition(group.Name, condition.Name, Scalars(condition.Value)));
            }
        }

        return all.DrainToImmutable();
    }

    private static string Text(JsonElement value)
    {
        Demand(value.ValueKind == JsonValueKind.String);
        return value.GetString() ?? "";
    }

    private static ImmutableArray<string> Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Text)] : [Text(value)];

    private static ImmutableArray<string> Scalars(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Scalar)] : [Scalar(value)];

    /// <summary>Condition values may be written as JSON numbers and booleans.</summary>
    private static string Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw new PolicyFormatException(Syntax),
    };

    private static void Demand(bool holds, string otherwise = Syntax)
    {
        if (!holds)
        {
            throw new PolicyFormatException(otherwise);
        }
    }
}
