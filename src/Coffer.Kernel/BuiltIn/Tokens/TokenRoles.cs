using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Tokens;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Logins;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary>Token roles: named bounds for tokens made under them.</summary>
internal static partial class TokenRoles
{
    private static readonly Field<ImmutableArray<string>> Allowed = Field.FoldedNames("allowed_policies", "Policies its tokens may have.");
    private static readonly Field<ImmutableArray<string>> Disallowed = Field.FoldedNames("disallowed_policies", "Policies its tokens may not have.");
    private static readonly Field<ImmutableArray<string>> AllowedGlob = Field.FoldedNames("allowed_policies_glob", "As allowed_policies, with * as a wildcard.");
    private static readonly Field<ImmutableArray<string>> DisallowedGlob = Field.FoldedNames("disallowed_policies_glob", "As disallowed_policies, with * as a wildcard.");
    private static readonly Field<ImmutableArray<string>> Aliases = Field.FoldedNames("allowed_entity_aliases", "Entity aliases its tokens may be tied to.");
    private static readonly Field<bool> Orphan = Field.Boolean("orphan", "Its tokens have no parent.");
    private static readonly Field<bool> Renewable = Field.Boolean("renewable", "Its tokens can be renewed.", true);
    private static readonly Field<string> PathSuffix = Field.Text("path_suffix", "Ends its tokens' path, so that they can be revoked together.");
    private static readonly Field<TimeSpan> Period = Field.Duration("token_period", "Makes its tokens periodic.");
    private static readonly Field<TimeSpan> ExplicitMax = Field.Duration("token_explicit_max_ttl", "No renewal goes beyond this.");
    private static readonly Field<ImmutableArray<string>> Cidrs = Field.NetworkList("token_bound_cidrs", "Networks its tokens may be used from.");
    private static readonly Field<TimeSpan> OldPeriod = Field.Duration("period", "Old name of token_period.").OldNameOf(Period);
    private static readonly Field<TimeSpan> OldExplicit = Field.Duration("explicit_max_ttl", "Old name of token_explicit_max_ttl.").OldNameOf(ExplicitMax);
    private static readonly Field<ImmutableArray<string>> OldCidrs = Field.NetworkList("bound_cidrs", "Old name of token_bound_cidrs.").OldNameOf(Cidrs);
    private static readonly Field<bool> NoDefault = Field.Boolean("token_no_default_policy", "Leaves the policy named default out.");
    private static readonly Field<long> NumUses = Field.Integer("token_num_uses", "Requests each token may make; 0 for any number.");
    private static readonly Field<string> TokenType = Field.Text("token_type", "default-service, default-batch, service or batch.", "default-service");

    private static readonly ImmutableArray<(Field New, Field Old)> Renamed = [(Period, OldPeriod), (ExplicitMax, OldExplicit), (Cidrs, OldCidrs)];

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("roles/{role_name}", "Reads, writes and deletes a token role.")
        {
            Fields =
            [
                Allowed, Disallowed, AllowedGlob, DisallowedGlob, Aliases, Orphan, Renewable, PathSuffix, OldPeriod, OldExplicit, OldCidrs,
                Period, ExplicitMax, Cidrs, NoDefault, NumUses, TokenType,
            ],
            Exists = async (request, ct) => await TokenStore.FindRoleAsync(KernelRequest.Of(request).Work, request.Param("role_name"), ct) is not null,
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = DeleteAsync,
        },
        new("roles", "Lists token roles.") { List = ListAsync },
    ];

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var role = await TokenStore.FindRoleAsync(KernelRequest.Of(request).Work, request.Param("role_name"), cancellation);
        return role is null ? Reply.NotFound : Reply.With(json => Write(json, role));
    }

    private static ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        KernelRequest.Of(request).Work.Delete(TokenKeys.Role(request.Param("role_name")));
        return ValueTask.FromResult(Reply.Done);
    }

    private static async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation) =>
        Reply.Keys(await KernelRequest.Of(request).Work.ListAsync(TokenKeys.Role(""), cancellation));

    private static async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var work = KernelRequest.Of(request).Work;
        var name = request.Param("role_name");
        var before = await TokenStore.FindRoleAsync(work, name, cancellation) ?? new TokenRole { Name = name };
        var after = before with
        {
            AllowedPolicies = Names(request, Allowed, before.AllowedPolicies),
            DisallowedPolicies = Names(request, Disallowed, before.DisallowedPolicies),
            AllowedPoliciesGlob = Names(request, AllowedGlob, before.AllowedPoliciesGlob),
            DisallowedPoliciesGlob = Names(request, DisallowedGlob, before.DisallowedPoliciesGlob),
            AllowedEntityAliases = Names(request, Aliases, before.AllowedEntityAliases),
            Orphan = request.Has(Orphan) ? request.Get(Orphan) : before.Orphan,
            NotRenewable = request.Has(Renewable) ? !request.Get(Renewable) : before.NotRenewable,
            PathSuffix = request.Has(PathSuffix) ? request.Get(PathSuffix) : before.PathSuffix,
            Period = Either(request, Period, OldPeriod, before.Period),
            ExplicitMaxTtl = Either(request, ExplicitMax, OldExplicit, before.ExplicitMaxTtl),
            NoDefaultPolicy = request.Has(NoDefault) ? request.Get(NoDefault) : before.NoDefaultPolicy,
            NumUses = request.Has(NumUses) ? request.Get(NumUses) : before.NumUses,
            TokenType = request.Has(TokenType) && request.Get(TokenType).Length > 0 ? request.Get(TokenType) : before.TokenType,
            BoundCidrs = request.Has(Cidrs) ? request.Get(Cidrs) : request.Has(OldCidrs) ? request.Get(OldCidrs) : before.BoundCidrs,
            OldFields = OldFieldsOf(request, before.OldFields),
        };
        if ((Problem(after) ?? PolicyProblem(request)) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        work.Put(TokenKeys.Role(name), after with { BoundCidrs = [.. after.BoundCidrs.Select(Cidr.Short)] }, TokensJsonContext.Default.TokenRole);
        return new Reply.Empty { Warnings = [.. WarningsOf(request, after)] };
    }

    private static ImmutableArray<string> OldFieldsOf(EngineRequest request, ImmutableArray<string> before)
    {
        foreach (var (current, old) in Renamed)
        {
            var without = before.Remove(old.Name);
            before = request.Has(current) ? without : request.Has(old) ? without.Add(old.Name) : before;
        }

        return before;
    }

    private static IEnumerable<string> WarningsOf(EngineRequest request, TokenRole role)
    {
        foreach (var (current, old) in Renamed)
        {
            if (request.Has(current) && request.Has(old))
            {
                yield return $"Both '{current.Name}' and deprecated '{old.Name}' value supplied, ignoring the deprecated value";
            }
        }

        var max = KernelRequest.Of(request).Mount.MaxLeaseTtl;
        if (role.ExplicitMaxTtl > max)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Given explicit max TTL of {(long)role.ExplicitMaxTtl.TotalSeconds} is greater than system/mount allowed value of {(long)max.TotalSeconds} seconds; tokens of this role live no longer than that value");
        }
    }

    private static string? PolicyProblem(EngineRequest request) =>
        PolicyNames.ProblemOf(request.Get(Allowed), Allowed.Name)
        ?? PolicyNames.ProblemOfNames(request.Get(Disallowed), Disallowed.Name)
        ?? PolicyNames.ProblemOfNames(request.Get(AllowedGlob), AllowedGlob.Name)
        ?? PolicyNames.ProblemOfNames(request.Get(DisallowedGlob), DisallowedGlob.Name);

    private static string? Problem(TokenRole role)
    {
        if (role.TokenType is not ("default-service" or "default-batch" or "service" or "batch"))
        {
            return "invalid 'token_type' value: it must be service, batch, default-service or default-batch";
        }

        if (role.PathSuffix.Length > 0 && !PathSuffixPattern().IsMatch(role.PathSuffix))
        {
            return "given role path suffix contains invalid characters; must match \\w[\\w-.]+\\w";
        }

        if (Cidr.ProblemOf(role.BoundCidrs, "token_bound_cidrs") is { } bad)
        {
            return $"error parsing role fields: {bad}";
        }

        if (role.NumUses < 0)
        {
            return "'token_num_uses' cannot be negative";
        }

        if (role.TokenType != "batch")
        {
            return null;
        }

        return !role.Orphan ? "'token_type' cannot be 'batch' when role is set to generate non-orphan tokens"
            : !role.NotRenewable ? "'token_type' cannot be 'batch' when role is set to generate renewable tokens"
            : role.Period > TimeSpan.Zero ? "'token_type' cannot be 'batch' when role is set to generate periodic tokens"
            : role.ExplicitMaxTtl > TimeSpan.Zero ? "'token_type' cannot be 'batch' when role is set to generate tokens with an explicit max TTL"
            : role.NumUses > 0 ? "'token_type' cannot be 'batch' when role is set to generate tokens with limited use count"
            : null;
    }

    private static void Write(Utf8JsonWriter json, TokenRole role)
    {
        json.WriteTextsOrNull("allowed_entity_aliases", role.AllowedEntityAliases);
        json.WriteTexts("allowed_policies", role.AllowedPolicies);
        json.WriteTexts("allowed_policies_glob", role.AllowedPoliciesGlob);
        json.WriteTexts("disallowed_policies", role.DisallowedPolicies);
        json.WriteTexts("disallowed_policies_glob", role.DisallowedPoliciesGlob);
        json.WriteNumber("explicit_max_ttl", role.OldFields.Contains(OldExplicit.Name) ? (long)role.ExplicitMaxTtl.TotalSeconds : 0);
        json.WriteString("name", role.Name);
        json.WriteBoolean("orphan", role.Orphan);
        json.WriteString("path_suffix", role.PathSuffix);
        json.WriteNumber("period", role.OldFields.Contains(OldPeriod.Name) ? (long)role.Period.TotalSeconds : 0);
        json.WriteBoolean("renewable", !role.NotRenewable);
        if (!role.BoundCidrs.IsEmpty)
        {
            json.WriteTexts("token_bound_cidrs", role.BoundCidrs);
            if (role.OldFields.Contains(OldCidrs.Name))
            {
                json.WriteTexts("bound_cidrs", role.BoundCidrs);
            }
        }

        json.WriteNumber("token_explicit_max_ttl", (long)role.ExplicitMaxTtl.TotalSeconds);
        json.WriteBoolean("token_no_default_policy", role.NoDefaultPolicy);
        if (role.NumUses > 0)
        {
            json.WriteNumber("token_num_uses", role.NumUses);
        }

        json.WriteNumber("token_period", (long)role.Period.TotalSeconds);
        json.WriteString("token_type", role.TokenType);
    }

    private static ImmutableArray<string> Names(EngineRequest request, Field<ImmutableArray<string>> field, ImmutableArray<string> before) =>
        request.Has(field) ? [.. TokenIssuer.Canonical(request.Get(field), addDefault: false)] : before;

    private static TimeSpan Either(EngineRequest request, Field<TimeSpan> field, Field<TimeSpan> old, TimeSpan before) =>
        request.Has(field) ? request.Get(field) : request.Has(old) ? request.Get(old) : before;

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_\-.]+[A-Za-z0-9_]\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathSuffixPattern();
}
