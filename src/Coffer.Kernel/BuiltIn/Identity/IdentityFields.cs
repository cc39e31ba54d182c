using System.Collections.Immutable;
using Coffer.Kernel.Tokens;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.BuiltIn.Identity;

/// <summary>The fields of <c>identity/</c>, each declared once, and what several of its paths check alike.</summary>
internal static class IdentityFields
{
    public static readonly Field<string> Id = Field.Text("id", "Id of what is read or changed.");
    public static readonly Field<string> Name = Field.FoldedName("name", "Its name. Names ignore case.");
    public static readonly Field<ImmutableSortedDictionary<string, string>> Metadata = Field.TextMap("metadata", "Text by name; replaces what was there.");
    public static readonly Field<ImmutableSortedDictionary<string, string>> CustomMetadata =
        Field.TextMap("custom_metadata", "Text by name, set by operators; replaces what was there.");
    public static readonly Field<ImmutableArray<string>> PolicyNames = Field.FoldedNames("policies", "Policies that its tokens get at each use.");
    public static readonly Field<bool> Disabled = Field.Boolean("disabled", "Its tokens and its logins are refused while it is.");
    public static readonly Field<string> CanonicalId = Field.Text("canonical_id", "Id of the entity or group it belongs to.");
    public static readonly Field<string> EntityId = Field.Text("entity_id", "Old name of canonical_id.").OldNameOf(CanonicalId);
    public static readonly Field<string> MountAccessor = Field.Text("mount_accessor", "Accessor of the auth mount it is a name at.");

    /// <summary>What was sent over what was there, canonical; with what is wrong with it.</summary>
    public static ImmutableArray<string> PoliciesOf(EngineRequest request, ImmutableArray<string> before, out string? problem)
    {
        problem = null;
        if (!request.Has(PolicyNames))
        {
            return before;
        }

        ImmutableArray<string> policies = [.. TokenIssuer.Canonical(request.Get(PolicyNames), addDefault: false)];
        problem = policies.Contains("root", StringComparer.Ordinal) ? "policies cannot contain root"
            : Sdk.Logins.PolicyNames.ProblemOf(request.Get(PolicyNames), PolicyNames.Name);
        return policies;
    }

    /// <summary>What was sent over what was there; with what is wrong with it.</summary>
    public static ImmutableSortedDictionary<string, string>? MapOf(
        EngineRequest request,
        Field<ImmutableSortedDictionary<string, string>> field,
        ImmutableSortedDictionary<string, string>? before,
        out string? problem)
    {
        problem = null;
        if (!request.Has(field))
        {
            return before;
        }

        var map = request.Get(field);
        problem = map.Count > Limits.MetadataPairsMax ? $"'{field.Name}' has more than {Limits.MetadataPairsMax} pairs"
            : map.Any(pair => pair.Key.Length > Limits.MetadataKeyCharactersMax || pair.Value.Length > Limits.MetadataValueCharactersMax)
                ? $"'{field.Name}' has a key of more than {Limits.MetadataKeyCharactersMax} characters, or a value of more than {Limits.MetadataValueCharactersMax}"
                : null;
        return map;
    }
}
