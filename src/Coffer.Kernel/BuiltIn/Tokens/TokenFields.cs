using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>The fields of <c>auth/token/</c>, each declared once.</summary>
internal static class TokenFields
{
    public static readonly Field<string> Id = Field.Text("id", "The token itself, chosen by the caller. Needs sudo.");
    public static readonly Field<ImmutableArray<string>> PolicyNames = Field.FoldedNames("policies", "Policies of the token. None: those of the parent.");
    public static readonly Field<JsonElement> Meta = Field.Object("meta", "Text by name, shown at lookup and written to the audit log.");
    public static readonly Field<string> DisplayName = Field.Text("display_name", "Part of the token's name in audit and at outside systems.");
    public static readonly Field<long> NumUses = Field.Integer("num_uses", "Requests it may make; 0 for any number.");
    public static readonly Field<TimeSpan> Ttl = Field.SignedDuration("ttl", "How long it lives unless renewed.");
    public static readonly Field<TimeSpan> Lease = Field.SignedDuration("lease", "Old name of ttl.").OldNameOf(Ttl);
    public static readonly Field<TimeSpan> ExplicitMaxTtl = Field.SignedDuration("explicit_max_ttl", "No renewal goes beyond this.");
    public static readonly Field<TimeSpan> Period = Field.SignedDuration("period", "Makes it periodic: each renewal gives this. Needs sudo.");
    public static readonly Field<bool> Renewable = Field.Boolean("renewable", "Whether it can be renewed.", true);
    public static readonly Field<bool> NoParent = Field.Boolean("no_parent", "Makes an orphan: it outlives its creator. Needs sudo.");
    public static readonly Field<bool> NoDefaultPolicy = Field.Boolean("no_default_policy", "Leaves the policy named default out.");
    public static readonly Field<string> Kind = Field.Text("type", "service or batch.");
    public static readonly Field<string> EntityAlias = Field.FoldedName("entity_alias", "Entity alias to tie it to. Needs a role that allows it.");
    public static readonly Field<string> Token = Field.Text("token", "The token to act on.");
    public static readonly Field<string> Accessor = Field.Text("accessor", "Accessor of the token to act on.");
    public static readonly Field<TimeSpan> Increment = Field.SignedDuration("increment", "Wished-for life from now.");

}
