using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Tokens;
using static Coffer.Kernel.BuiltIn.Tokens.TokenFields;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>Which policies a new token gets, or why it may not have those it asked for.</summary>
/// <param name="Policies">Canonical; only meaningful without a problem.</param>
internal readonly record struct ChosenPolicies(ImmutableArray<string> Policies, string? Problem);

/// <summary>Vault's rules for the policies of a child token.</summary>
internal static class TokenPolicyRules
{
    public static ChosenPolicies Choose(KernelRequest request, TokenRecord parent, TokenRole? role)
    {
        IReadOnlyList<string> asked = TokenIssuer.Canonical(request.Get(PolicyNames), addDefault: false);
        if (asked.Count == 0 && NamesNothing(request))
        {
            // Only to leave the field out asks for the parent's policies. Blanks must not come to mean root.
            asked = ["default"];
        }

        if (Sdk.Logins.PolicyNames.ProblemOf(request.Get(PolicyNames), PolicyNames.Name) is { } problem)
        {
            return Refuse(problem);
        }

        var noDefault = request.Get(NoDefaultPolicy) || role is { NoDefaultPolicy: true };
        if (role is not null && HasRules(role))
        {
            return WithRole(asked, role, parent, noDefault, request);
        }

        return Ordinary(asked, parent, noDefault, request);
    }

    private static ChosenPolicies Ordinary(IReadOnlyList<string> asked, TokenRecord parent, bool noDefault, KernelRequest request)
    {
        var sudo = request.CallerHasSudo;
        if (asked.Count == 0)
        {
            asked = parent.Policies;
        }
        else if (!sudo && !IsSubset(asked, parent.Policies))
        {
            return Refuse("child policies must be subset of parent");
        }

        if (asked.Contains("root"))
        {
            return parent.IsRoot ? new ChosenPolicies(["root"], null) : Refuse("root tokens may not be created without parent token being root");
        }

        // A parent without default has chosen so; it does not come back with the child.
        var addDefault = !noDefault && (sudo || parent.Policies.Contains("default") || parent.IsRoot);
        return Finish(asked, addDefault, noDefault);
    }

    private static ChosenPolicies WithRole(
        IReadOnlyList<string> asked, TokenRole role, TokenRecord parent, bool noDefault, KernelRequest request)
    {
        var addDefault = !noDefault && !Disallows(role, "default");
        if (!role.AllowedPolicies.IsEmpty || !role.AllowedPoliciesGlob.IsEmpty)
        {
            var allowed = TokenIssuer.Canonical(role.AllowedPolicies, addDefault);
            var final = asked.Count == 0 ? allowed : TokenIssuer.Canonical(asked, addDefault);
            if (final.FirstOrDefault(name => !allowed.Contains(name) && !MatchesGlob(role.AllowedPoliciesGlob, name)) is not null)
            {
                return Refuse(role.AllowedPoliciesGlob.IsEmpty
                    ? $"token policies ({Quoted(final)}) must be subset of the role's allowed policies ({Quoted(allowed)})"
                    : $"token policies ({Quoted(final)}) must be subset of the role's allowed policies ({Quoted(allowed)}) or glob policies ({Quoted(role.AllowedPoliciesGlob)})");
            }

            asked = final;
        }
        else if (asked.Count == 0)
        {
            asked = parent.Policies;
        }

        foreach (var name in asked)
        {
            if (Disallows(role, name))
            {
                return Refuse($"token policy \"{name}\" is disallowed by this role");
            }
        }

        if (asked.Contains("root"))
        {
            return parent.IsRoot && !request.RequiredCaller.Token.IsBatch
                ? new ChosenPolicies(["root"], null)
                : Refuse("root tokens may not be created without parent token being root");
        }

        return Finish(asked, addDefault, noDefault);
    }

    private static ChosenPolicies Finish(IReadOnlyList<string> names, bool addDefault, bool noDefault)
    {
        var final = TokenIssuer.Canonical(names, addDefault);
        return new ChosenPolicies([.. noDefault ? final.Where(name => name != "default") : final], null);
    }

    /// <summary>True for a list or a text that is there, but of which no name is left: <c>[""]</c>, <c>" , "</c>.</summary>
    private static bool NamesNothing(KernelRequest request) =>
        request.Data.ValueKind == JsonValueKind.Object && request.Data.TryGetProperty(PolicyNames.Name, out var sent)
        && (sent.ValueKind == JsonValueKind.Array ? sent.GetArrayLength() > 0 : sent.ValueKind == JsonValueKind.String && !sent.ValueEquals(""));

    private static bool HasRules(TokenRole role) =>
        !role.AllowedPolicies.IsEmpty || !role.AllowedPoliciesGlob.IsEmpty || !role.DisallowedPolicies.IsEmpty || !role.DisallowedPoliciesGlob.IsEmpty;

    private static bool Disallows(TokenRole role, string name) =>
        role.DisallowedPolicies.Contains(name, StringComparer.Ordinal) || MatchesGlob(role.DisallowedPoliciesGlob, name);

    private static bool MatchesGlob(ImmutableArray<string> globs, string name) => globs.Any(glob => Glob.Matches(glob, name));

    private static bool IsSubset(IEnumerable<string> asked, ImmutableArray<string> of) =>
        of is ["root"] || asked.All(name => of.Contains(name, StringComparer.Ordinal));

    private static string Quoted(IEnumerable<string> names) => "[" + string.Join(' ', names.Select(name => $"\"{name}\"")) + "]";

    private static ChosenPolicies Refuse(string problem) => new([], problem);
}

/// <summary>Patterns with <c>*</c> for any run of characters, anywhere.</summary>
internal static class Glob
{
    public static bool Matches(string glob, string text)
    {
        var parts = glob.Split('*');
        if (parts.Length == 1)
        {
            return glob == text;
        }

        if (!text.StartsWith(parts[0], StringComparison.Ordinal) || !text.EndsWith(parts[^1], StringComparison.Ordinal)
            || text.Length < parts[0].Length + parts[^1].Length)
        {
            return false;
        }

        var at = parts[0].Length;
        var end = text.Length - parts[^1].Length;
        foreach (var part in parts.AsSpan(1, parts.Length - 2))
        {
            var found = text.IndexOf(part, at, end - at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return true;
    }
}
