using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;

namespace Coffer.Policies;

/// <summary>Holds the parameters of a request against a rule: required first, then denied, then allowed.</summary>
internal static class ParameterCheck
{
    private const string AnyName = "*";

    /// <summary>Why the parameters are refused, and which one; <see cref="AclRefusal.None"/> when they are not.</summary>
    public static (AclRefusal Refusal, string? Parameter) Check(GrantedRule rule, JsonElement? data, ImmutableArray<Field> fields)
    {
        var body = data is { ValueKind: JsonValueKind.Object } given ? given : default;
        foreach (var name in rule.RequiredParameters)
        {
            if (body.ValueKind == JsonValueKind.Undefined || !body.TryGetProperty(name, out _))
            {
                return (AclRefusal.ParameterRequired, name);
            }
        }

        return body.ValueKind == JsonValueKind.Undefined || (rule.DeniedParameters.IsEmpty && rule.AllowedParameters.IsEmpty)
            ? (AclRefusal.None, null)
            : CheckEach(rule, body, fields);
    }

    /// <summary>
    /// Whether a decision that was made without the fields of the path may come out otherwise with them: a denied value may have been sent in another
    /// spelling, or under another name of its field, and an allowed one as well.
    /// </summary>
    public static bool TurnsOnSpelling(AclDecision decision, JsonElement data)
    {
        if (decision.Rule is not { } rule || data.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var sent = data.EnumerateObject().Select(parameter => parameter.Name).ToArray();
        return decision.Refusal switch
        {
            AclRefusal.None => (sent.Length > 0 && !rule.DeniedParameters.IsEmpty) || sent.Any(name => rule.AllowedParameters.GetValueOrDefault(name, []).Any(value => value.IsPattern)),
            AclRefusal.ParameterNotAllowed => decision.Parameter is { } name && rule.AllowedParameters.ContainsKey(name),
            _ => false,
        };
    }

    private static (AclRefusal Refusal, string? Parameter) CheckEach(GrantedRule rule, JsonElement body, ImmutableArray<Field> fields)
    {
        var allDenied = rule.DeniedParameters.ContainsKey(AnyName);
        foreach (var parameter in body.EnumerateObject())
        {
            if (allDenied || IsDenied(rule, new SentParameter(parameter, fields), fields))
            {
                return (AclRefusal.ParameterDenied, parameter.Name);
            }
        }

        var allAllowed = rule.AllowedParameters.IsEmpty || rule.AllowedParameters.ContainsKey(AnyName);
        foreach (var parameter in body.EnumerateObject())
        {
            // The values beside "*" itself have never meant anything: a parameter that is called "*" is simply unlisted.
            var listed = parameter.Name != AnyName && rule.AllowedParameters.TryGetValue(parameter.Name, out var allowed)
                ? allowed
                : default;
            if (listed.IsDefault ? !allAllowed : !new SentParameter(parameter, fields).IsAllowed(listed))
            {
                return (AclRefusal.ParameterNotAllowed, parameter.Name);
            }
        }

        return (AclRefusal.None, null);
    }

    /// <summary>Under its own name or under another name of the same field.</summary>
    private static bool IsDenied(GrantedRule rule, SentParameter sent, ImmutableArray<Field> fields)
    {
        foreach (var name in sent.NamesAmong(fields))
        {
            if (rule.DeniedParameters.TryGetValue(name, out var denied) && sent.IsDenied(denied))
            {
                return true;
            }
        }

        return false;
    }
}
