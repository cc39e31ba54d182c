using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Background;
using Coffer.Kernel.Identity;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Policies;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Telemetry;
using Coffer.Kernel.Tokens;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Names;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using static Coffer.Kernel.BuiltIn.Tokens.TokenFields;

namespace Coffer.Kernel.BuiltIn.Tokens;

/// <summary><c>auth/token/create</c>, <c>create-orphan</c> and <c>create/ROLE</c>.</summary>
internal sealed class TokenCreation(
    Transactor transactions, TokenStore tokens, BatchTokens batchTokens, IdentityResolver identities, DueSignal due, KernelMetrics counters, IRandom random)
{
    private static readonly ImmutableArray<Field> Fields =
    [
        Id, PolicyNames, Meta, DisplayName, NumUses, Ttl, Lease, ExplicitMaxTtl, Period, Renewable, NoParent, NoDefaultPolicy, Kind, EntityAlias,
    ];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("create-orphan", "Creates a token without a parent.") { Fields = Fields, Write = (request, ct) => CreateAsync(request, orphan: true, role: null, ct) },
        new("create/{role_name}", "Creates a token within the bounds of a token role.") { Fields = Fields, Write = CreateWithRoleAsync },
        new("create", "Creates a token, a child of the caller's own.") { Fields = Fields, Write = (request, ct) => CreateAsync(request, orphan: false, role: null, ct) },
    ];

    private async ValueTask<Reply> CreateWithRoleAsync(EngineRequest request, CancellationToken cancellation)
    {
        var name = request.Param("role_name");
        var role = await TokenStore.FindRoleAsync(KernelRequest.Of(request).Work, name, cancellation);
        return role is null ? Reply.Invalid($"unknown role {name}") : await CreateAsync(request, role.Orphan, role, cancellation);
    }

    private async ValueTask<Reply> CreateAsync(EngineRequest engineRequest, bool orphan, TokenRole? role, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var caller = request.RequiredCaller;
        if (FieldProblem(request, caller, orphan, role) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var chosen = TokenPolicyRules.Choose(request, caller.Token, role);
        if (chosen.Problem is { } refused)
        {
            return Reply.Invalid(refused);
        }

        // They may also come from the role or the parent, which may be older than the rule on names.
        if (Sdk.Logins.PolicyNames.ProblemOf([.. chosen.Policies.Where(name => name != "default")], PolicyNames.Name) is { } unnamed)
        {
            return Reply.Invalid(unnamed);
        }

        var batch = IsBatch(request, role);
        var isOrphan = orphan || (role is null && request.Get(NoParent));
        var terms = TokenTerms.Of(request, role, chosen.Policies is ["root"]);
        if (TypeProblem(request, caller.Token, chosen.Policies, batch, terms) is { } wrong)
        {
            return Reply.Invalid(wrong);
        }

        if (!isOrphan)
        {
            // Read outside the request's unit of work: parents that are renewed while it runs are no conflict.
            terms = terms.Until(await OwnerEnd.OfAsync(transactions.Begin(), request.Router, caller.Token, cancellation), request.Now);
        }

        // An orphan belongs to nobody, unless it is tied to an alias of its own.
        var entityId = isOrphan ? "" : caller.Token.EntityId;
        if (request.Get(EntityAlias).Length > 0)
        {
            if (!IdentityName.TryParse(request.Get(EntityAlias), out var alias) || !Allows(role!, alias))
            {
                return Reply.Invalid("invalid 'entity_alias' value");
            }

            entityId = (await IdentityLogin.FindOrCreateAsync(request.Work, random, request.Now, request.Mount.Accessor, alias, metadata: null, cancellation)).Id;
        }

        if (await identities.FindAsync(request.Work, entityId, cancellation) is not { } identity)
        {
            return new Reply.Refused(ApiError.PermissionDenied);
        }

        var warnings = ImmutableArray.CreateBuilder<string>();
        warnings.AddRange(terms.Warnings);
        foreach (var name in chosen.Policies)
        {
            if (name != "root" && await PolicyStore.GetAsync(request.Work, name, cancellation) is null)
            {
                warnings.Add($"Policy \"{name}\" does not exist");
            }
        }

        var token = RecordOf(request, role, chosen.Policies, terms) with
        {
            Parent = isOrphan ? "" : caller.LeaseOwner,
            EntityId = entityId,
            BoundCidrs = role is { BoundCidrs.IsEmpty: false } ? role.BoundCidrs : isOrphan ? [] : caller.Token.BoundCidrs,
        };
        return batch ? Answer(batchTokens.New(token), identity, warnings) : await ServiceAsync(request, token, identity, warnings, cancellation);
    }

    private static string? FieldProblem(KernelRequest request, Caller caller, bool orphan, TokenRole? role)
    {
        if (caller.Token.IsBatch)
        {
            return "batch tokens cannot create more tokens";
        }

        if (caller.Token.NumUses != 0)
        {
            return "restricted use token cannot generate child tokens";
        }

        if (!request.CallerHasSudo)
        {
            if (request.Get(Id).Length > 0)
            {
                return "root or sudo privileges required to specify token id";
            }

            // On the path that makes orphans anyway, the field adds nothing.
            if (role is null && !orphan && request.Get(NoParent))
            {
                return "root or sudo privileges required to create orphan token";
            }

            if (request.Get(Period) > TimeSpan.Zero)
            {
                return "root or sudo privileges required to create periodic token";
            }
        }

        if (role is null && request.Get(EntityAlias).Length > 0)
        {
            return "'entity_alias' is only allowed in combination with token role";
        }

        if (request.Get(DisplayName).Length > Limits.DisplayNameCharactersMax)
        {
            return $"'display_name' has more than {Limits.DisplayNameCharactersMax} characters";
        }

        return request.Get(NumUses) < 0 ? "number of uses cannot be negative" : TtlProblem(request) ?? IdProblem(request) ?? MetaProblem(request);
    }

    private static string? TtlProblem(KernelRequest request)
    {
        foreach (var field in (ReadOnlySpan<Field<TimeSpan>>)[Ttl, Lease, ExplicitMaxTtl, Period])
        {
            if (request.Get(field) < TimeSpan.Zero)
            {
                return $"{field.Name} must be positive";
            }
        }

        return request.Get(Kind) is "" or "service" or "batch" ? null : "invalid 'token_type' value";
    }

    private static string? IdProblem(KernelRequest request)
    {
        var id = request.Get(Id);
        if (id.Length == 0)
        {
            return null;
        }

        return id.StartsWith("s.", StringComparison.Ordinal) || id.StartsWith("hvs.", StringComparison.Ordinal) || id.StartsWith("hvb.", StringComparison.Ordinal) || id.Contains('.', StringComparison.Ordinal)
            ? "custom token ID cannot have the prefix of a generated token or contain '.'"
            : id.Length > Limits.TokenCharactersMax || id.Any(char.IsControl) ? "custom token ID is too long or contains control characters" : null;
    }

    private static string? MetaProblem(KernelRequest request)
    {
        var meta = request.Get(Meta);
        if (meta.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return meta.EnumerateObject().Any(pair => pair.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
            ? "Error decoding request: 'meta' expected text values"
            : meta.EnumerateObject().Count() > Limits.MetadataPairsMax ? $"'meta' has more than {Limits.MetadataPairsMax} pairs" : null;
    }

    /// <summary>A role's aliases ignore case, as aliases do, and may hold <c>*</c>.</summary>
    private static bool Allows(TokenRole role, IdentityName alias) => role.AllowedEntityAliases.Any(allowed =>
        Glob.Matches(NameFold.Case(allowed), NameFold.Case(alias.Spelling)));

    private static bool IsBatch(KernelRequest request, TokenRole? role) => role?.TokenType switch
    {
        "batch" => true,
        "service" => false,
        "default-batch" => request.Get(Kind) is "" or "batch",
        _ => request.Get(Kind) == "batch",
    };

    private static string? TypeProblem(KernelRequest request, TokenRecord parent, ImmutableArray<string> policies, bool batch, TokenTerms terms)
    {
        if (policies is ["root"] && parent is { IsRoot: true, ExpireTime: not null } && terms.NeverExpires)
        {
            return "expiring root tokens cannot create non-expiring root tokens";
        }

        if (!batch)
        {
            return null;
        }

        return policies is ["root"] ? "batch tokens cannot be root tokens"
            : request.Get(ExplicitMaxTtl) > TimeSpan.Zero ? "batch tokens cannot have \"explicit_max_ttl\" set"
            : terms.NumUses != 0 ? "batch tokens cannot have \"num_uses\" set"
            : terms.Period > TimeSpan.Zero ? "batch tokens cannot have \"period\" set"
            : request.Get(Id).Length > 0 ? "batch tokens cannot have \"id\" set"
            : null;
    }

    private static TokenRecord RecordOf(KernelRequest request, TokenRole? role, ImmutableArray<string> policies, TokenTerms terms)
    {
        var path = request.Api.Path.Text + (role is { PathSuffix.Length: > 0 } ? "/" + role.PathSuffix : "");
        return new TokenRecord
        {
            Policies = policies,
            Path = path,
            MountUuid = request.Router.Find(path, out _)?.Mount.Uuid ?? "",
            DisplayName = DisplayNameOf(request.Get(DisplayName)),
            Meta = MetaOf(request),
            NumUses = terms.NumUses,
            IssueTime = request.Now,
            ExpireTime = terms.NeverExpires ? null : request.Now + terms.Granted,
            CreationTtl = terms.Granted,
            LastTtl = terms.Granted,
            LimitedBy = terms.Bound,
            ExplicitMaxTtl = terms.ExplicitMaxTtl,
            Period = terms.OwnPeriod,
            Renewable = !terms.NeverExpires && request.Get(Renewable) && role is not { NotRenewable: true },
            Role = role?.Name ?? "",
        };
    }

    private Reply Answer(MintedToken made, CallerIdentity identity, ImmutableArray<string>.Builder warnings) =>
        new KernelReply(new Reply.Empty { Warnings = warnings.ToImmutable() })
        {
            Shape = new ReplyShape { Auth = TokenIssuer.AuthOf(made.Record, made.Text, identity.Policies), End = made.Record.End },
            Entrusts = new Entrusted("", made.Record.Accessor),
            MakesToken = true,
        }.Then(() =>
        {
            due.Add(made.Record.Due ?? DateTimeOffset.MaxValue);
            counters.CountToken("token", made.Record.IsBatch);
        });

    private async ValueTask<Reply> ServiceAsync(
        KernelRequest request, TokenRecord terms, CallerIdentity identity, ImmutableArray<string>.Builder warnings, CancellationToken cancellation)
    {
        var made = tokens.New(terms, chosen: request.Get(Id));
        var token = made.Record;
        if (token.CustomId)
        {
            if (await request.Work.GetAsync(TokenKeys.CustomId(token.Hash), cancellation) is not null)
            {
                return Reply.Invalid("cannot create a token with a duplicate ID");
            }

            warnings.Insert(0, "The token's id was chosen by its creator: it is as hard to guess as the choice was.");
        }

        TokenStore.Add(request.Work, token);
        return Answer(made, identity, warnings);
    }

    private static ImmutableSortedDictionary<string, string>? MetaOf(KernelRequest request)
    {
        var meta = request.Get(Meta);
        return meta.ValueKind == JsonValueKind.Object
            ? meta.EnumerateObject().ToImmutableSortedDictionary(
                pair => pair.Name, pair => pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()! : pair.Value.GetRawText(), StringComparer.Ordinal)
            : null;
    }

    /// <summary><c>token-</c> and what was asked for; what is not a letter or a digit becomes a dash, and dashes at the ends go.</summary>
    private static string DisplayNameOf(string asked)
    {
        if (asked.Length == 0)
        {
            return "token";
        }

        var clean = string.Concat(asked.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-'));
        return "token-" + clean.TrimEnd('-');
    }
}
