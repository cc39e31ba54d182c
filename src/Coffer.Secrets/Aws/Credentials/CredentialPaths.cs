using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Names;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Aws.Configuration;
using Coffer.Secrets.Aws.Names;
using Coffer.Secrets.Aws.Roles;
using Coffer.Text;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>The paths <c>creds/NAME</c> and <c>sts/NAME</c>: decide all about the credentials of a role, and ask for them.</summary>
internal static class CredentialPaths
{
    /// <summary>Shortest session that STS gives.</summary>
    private static readonly TimeSpan SessionMin = TimeSpan.FromMinutes(15);

    private const string CutName = "the role session name was truncated to 64 characters to fit within IAM session name length limits";

    private static readonly Field<string> RoleArn = Field.Text("role_arn", "Which of the role's ARNs to assume.");

    private static readonly Field<TimeSpan> Ttl =
        Field.Duration("ttl", "How long a session lasts. Credentials of IAM users follow config/lease.", TimeSpan.FromHours(1));

    private static readonly Field<string> SessionName = Field.Text("role_session_name", "Name of the assumed role's session.");

    public static EnginePath Creds { get; } = PathOf("creds/{name:at}", "Makes credentials of a role.");

    public static EnginePath Sts { get; } = PathOf("sts/{name:at}", "Makes credentials of a role; the same as creds but for legacy roles.");

    private static EnginePath PathOf(string template, string synopsis) => new(template, synopsis)
    {
        Fields = [RoleArn, Ttl, SessionName],
        Read = PlanAsync,
        AcceptsPost = true,
    };

    private static async ValueTask<Reply> PlanAsync(EngineRequest request, CancellationToken cancellation)
    {
        var name = request.Param("name");
        if (AwsRole.NameProblem(name) is { } nameProblem)
        {
            return Reply.Invalid(nameProblem);
        }

        var role = await request.Storage.GetAsync(AwsRole.KeyOf(name), AwsJson.Default.AwsRole, cancellation);
        if (role is null)
        {
            return Reply.Invalid($"Role '{name}' not found");
        }

        var config = await request.Storage.GetAsync(RootConfig.Key, AwsJson.Default.RootConfig, cancellation) ?? RootConfig.Default;
        if (config.CredentialProblem() is { } problem)
        {
            return Reply.Invalid(problem);
        }

        if (!TryChoose(role, request.Path.StartsWith("sts/", StringComparison.Ordinal), out var type, out var refusal))
        {
            return Reply.Invalid(refusal);
        }

        try
        {
            var names = UserNames.Parse(config.UsernameTemplate);
            return type == CredentialType.IamUser
                ? await PlanUserAsync(request, name, role, names, cancellation)
                : PlanSession(request, name, role, type, names);
        }
        catch (NameTemplateException error)
        {
            return Reply.Invalid($"failed to generate username: {error.Message}");
        }
    }

    /// <summary>A role gives what its type says, whatever the path; only a legacy role looks at the path.</summary>
    private static bool TryChoose(AwsRole role, bool sts, out string type, out string refusal)
    {
        type = role.CredentialTypes.Count == 1 ? role.CredentialTypes[0]
            : sts ? CredentialType.FederationToken
            : CredentialType.IamUser;
        refusal = role.ProhibitFlexibleCredPath && sts == (type == CredentialType.IamUser)
            ? $"attempted to retrieve {type} credentials through the {(sts ? "sts" : "creds")} path; this is not allowed for legacy roles"
            : "";
        return refusal.Length == 0;
    }

    private static async ValueTask<Reply> PlanUserAsync(
        EngineRequest request, string name, AwsRole role, UserNames names, CancellationToken cancellation)
    {
        if (InlinePolicies.TooLong(name, role.PolicyDocument) is { } tooLong)
        {
            return Reply.Invalid(tooLong);
        }

        var mount = await request.Storage.GetAsync(LeaseConfig.Key, AwsJson.Default.LeaseConfig, cancellation) ?? LeaseConfig.Default;
        var lease = mount.Under(role.DefaultTtl, role.MaxTtl);
        var hardEnd = HardEnd.After(request.Now, lease.EffectiveMax(request.Mount.MaxLeaseTtl), request.OwnerEnd);
        var user = new UserPlan
        {
            Role = name,
            UserName = names.Iam(request.Caller.DisplayName, name, RandomOf(request), request.Now),
            Path = role.UserPath.Length > 0 ? role.UserPath : "/",
            PolicyArns = role.PolicyArns ?? [],
            PolicyDocument = role.PolicyDocument,
            Groups = role.IamGroups ?? [],
            Tags = UserTags.For(role.IamTags, request.LeaseId, request.Mount.Path, hardEnd),
            PermissionsBoundary = role.PermissionsBoundaryArn.Length > 0 ? role.PermissionsBoundaryArn : null,
            HardEnd = hardEnd,
            DefaultTtl = role.DefaultTtl,
            MaxTtl = role.MaxTtl,
            Notice = role.EmptyNotice(),
        };
        return Leased(new AccessKeysPlan { User = user }, lease.Lease, lease.LeaseMax, renewable: true);
    }

    private static Reply PlanSession(EngineRequest request, string name, AwsRole role, string type, UserNames names)
    {
        var assumes = type == CredentialType.AssumedRole;
        if (assumes && RoleArnProblem(request.Get(RoleArn), name, role) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        if (!assumes && role.PolicyDocument.Length == 0 && role.PolicyArns is not { Count: > 0 } && role.IamGroups is not { Count: > 0 })
        {
            return Reply.Invalid(SessionCreation.NoPolicy);
        }

        var ttl = request.Has(Ttl) ? request.Get(Ttl) : role.DefaultStsTtl > TimeSpan.Zero ? role.DefaultStsTtl : Ttl.Default;
        var max = role.MaxStsTtl > TimeSpan.Zero ? role.MaxStsTtl : request.Mount.MaxLeaseTtl;
        ttl = ttl < max ? ttl : max;

        // AWS is asked for no more than the mount allows: nobody can take the rest back. The lease keeps what was asked for, so that the answer warns of the cut.
        var duration = ttl < request.Mount.MaxLeaseTtl ? ttl : request.Mount.MaxLeaseTtl;
        if (duration < SessionMin)
        {
            var doing = assumes ? "Error assuming role" : "Error generating STS keys";
            return Reply.Invalid($"{doing}: a session of {GoDuration.Format(duration)} is too short: AWS gives 15m or more");
        }

        var given = UserNames.Normalize(request.Get(SessionName));
        if (assumes && given.Length == 1)
        {
            return Reply.Invalid($"role_session_name has 1 character: AWS takes 2 to {UserNames.IamCharsMax}");
        }

        var isCut = assumes && given.Length > UserNames.IamCharsMax;
        var random = RandomOf(request);
        var session = new SessionPlan
        {
            Role = name,
            RoleArn = assumes ? ChosenArn(request.Get(RoleArn), role) : null,
            SessionName = !assumes ? names.Sts(request.Caller.DisplayName, name, random, request.Now)
                : given.Length > 0 ? isCut ? given[..UserNames.IamCharsMax] : given
                : names.Iam(request.Caller.DisplayName, name, random, request.Now),
            Duration = duration,
            PolicyArns = role.PolicyArns ?? [],
            PolicyDocument = role.PolicyDocument,
            Groups = role.IamGroups ?? [],
            Tags = assumes ? role.SessionTags : null,
            ExternalId = assumes && role.ExternalId.Length > 0 ? role.ExternalId : null,
        };
        var leased = Leased(new AccessKeysPlan { Session = session }, ttl, ttl, renewable: false);
        return isCut ? leased with { Warnings = [CutName] } : leased;
    }

    private static string? RoleArnProblem(string asked, string name, AwsRole role) =>
        asked.Length == 0 && role.RoleArns is not { Count: 1 } ? "did not supply a role_arn parameter and unable to determine one"
        : asked.Length > 0 && role.RoleArns?.Contains(asked, StringComparer.Ordinal) != true
            ? $"role_arn {GoText.Quote(asked)} not in allowed role arns for Vault role {GoText.Quote(name)}"
        : null;

    private static string? ChosenArn(string asked, AwsRole role) => asked.Length > 0 ? asked : role.RoleArns?[0];

    /// <summary>Fixed by the lease id: planning again, after a conflict, gives the same name.</summary>
    private static DerivedRandom RandomOf(EngineRequest request) => new("coffer/aws/name/1", request.LeaseId);

    private static Reply.Leased Leased(AccessKeysPlan plan, TimeSpan ttl, TimeSpan max, bool renewable) =>
        new(new LeasePlan(AccessKeys.SecretName, plan.ToJson()) { Ttl = ttl, MaxTtl = max, Renewable = renewable });
}
