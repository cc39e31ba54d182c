using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.Policies;

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

    private static (AclRefusal Refusal, string? Parameter) CheckEach(GrantedRule rule, JsonElement body, ImmutableArray<Field> fields)
    {
        var allDenied = rule.DeniedParameters.ContainsKey(AnyName);
        foreach (var parameter in body.EnumerateObject())
        {
            if (allDenied || (rule.DeniedParameters.TryGetValue(parameter.Name, out var denied) && IsDenied(denied, new SentParameter(parameter, fields))))
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
            if (listed.IsDefault ? !allAllowed : !IsAllowed(listed, new SentParameter(parameter, fields)))
            {
                return (AclRefusal.ParameterNotAllowed, parameter.Name);
            }
        }

        return (AclRefusal.None, null);
    }

    /// <summary>A denied value is also denied as one of several: else <c>["root"]</c> would pass where <c>"root"</c> does not.</summary>
    private static bool IsDenied(ImmutableArray<ParameterValue> denied, SentParameter sent) =>
        denied.IsEmpty || denied.Any(sent.IsWhole) || denied.Any(sent.ReadsAs) || denied.Any(sent.Holds);

    /// <summary>Each of several values must be allowed, unless the list as a whole is.</summary>
    private static bool IsAllowed(ImmutableArray<ParameterValue> allowed, SentParameter sent) =>
        allowed.IsEmpty || (!sent.IsList && allowed.Any(sent.IsWhole)) || sent.IsEachAmong(allowed);
}
