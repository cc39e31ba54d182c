using System.Collections.Immutable;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Names;

namespace Coffer.Kernel.Tokens;

/// <summary>Small rules that everything which makes tokens shares.</summary>
public static class TokenIssuer
{
    /// <summary>The <c>auth</c> block of a token that was just made or renewed.</summary>
    /// <param name="text">Empty where the token was renewed by its accessor, which must not reveal it.</param>
    /// <param name="identityPolicies">What its entity and groups add at this moment.</param>
    public static AuthInfo AuthOf(TokenRecord token, string text, ImmutableArray<string> identityPolicies) => new()
    {
        ClientToken = text,
        Accessor = token.Accessor,
        TokenPolicies = token.Policies,
        IdentityPolicies = identityPolicies,
        Metadata = token.Meta,
        LeaseDuration = token.LastTtl,
        Renewable = token.Renewable,
        EntityId = token.EntityId,
        TokenType = token.IsBatch ? "batch" : "service",
        Orphan = token.Orphan,
        NumUses = Math.Max(token.NumUses, 0),
    };

    /// <summary>Policy names as Vault keeps them: trimmed, lower-case, sorted, once each; <c>root</c> swallows the rest.</summary>
    public static IReadOnlyList<string> Canonical(IEnumerable<string> policies, bool addDefault)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var policy in policies)
        {
            var name = NameFold.Of(policy);
            if (name.Length > 0)
            {
                names.Add(name);
            }
        }

        if (names.Contains("root"))
        {
            return ["root"];
        }

        if (addDefault)
        {
            names.Add("default");
        }

        return [.. names];
    }
}
