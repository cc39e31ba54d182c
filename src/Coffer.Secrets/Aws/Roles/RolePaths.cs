using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Aws.Credentials;
using Coffer.Text;

namespace Coffer.Secrets.Aws.Roles;

/// <summary>The paths <c>roles</c> and <c>roles/NAME</c>. A write changes the fields it names; the whole is checked then.</summary>
internal static class RolePaths
{
    private static readonly Field<string> Type = Field.Text("credential_type", "What the role gives: iam_user, assumed_role or federation_token.");
    private static readonly Field<ImmutableArray<string>> RoleArns = Field.TextList("role_arns", "ARNs of the roles that may be assumed.");
    private static readonly Field<ImmutableArray<string>> PolicyArns = Field.TextList("policy_arns", "ARNs of managed policies.");
    private static readonly Field<string> Document = Field.Text("policy_document", "A policy document in JSON.");
    private static readonly Field<ImmutableArray<string>> Groups = Field.TextList("iam_groups", "IAM groups that users join, or whose policies sessions get.");
    private static readonly Field<ImmutableSortedDictionary<string, string>> Tags = Field.TextMap("iam_tags", "Tags of the IAM user.");
    private static readonly Field<ImmutableSortedDictionary<string, string>> SessionTags = Field.TextMap("session_tags", "Tags of the role's session.");
    private static readonly Field<string> ExternalId = Field.Text("external_id", "What the role's trust policy asks for as external id.");
    private static readonly Field<TimeSpan> DefaultStsTtl = Field.Duration("default_sts_ttl", "How long sessions last when the request does not say.");
    private static readonly Field<TimeSpan> MaxStsTtl = Field.Duration("max_sts_ttl", "How long sessions may last.");
    private static readonly Field<TimeSpan> DefaultTtl = Field.Duration("default_ttl", "How long credentials of IAM users live, and a renewal adds; 0 leaves it to config/lease.");
    private static readonly Field<TimeSpan> MaxTtl = Field.Duration("max_ttl", "How long credentials of IAM users live with all renewals; 0 leaves it to config/lease.");
    private static readonly Field<string> UserPath = Field.Text("user_path", "IAM path of the user, such as /team/.", "/");
    private static readonly Field<string> Boundary = Field.Text("permissions_boundary_arn", "ARN of the policy that bounds the user's permissions.");
    private static readonly Field<string> LegacyPolicy = Field.Text("policy", "Use policy_document.").OldNameOf(Document);
    private static readonly Field<string> LegacyArn = Field.Text("arn", "Use role_arns or policy_arns.").OldNameOf(RoleArns, PolicyArns);

    private static readonly ImmutableArray<(Field Field, string Name)> NotWithLegacy =
    [
        (Type, "an explicit credential_type"), (RoleArns, "role_arns"), (PolicyArns, "policy_arns"), (Document, "policy_document"),
        (DefaultStsTtl, "default_sts_ttl"), (MaxStsTtl, "max_sts_ttl"), (DefaultTtl, "default_ttl"), (MaxTtl, "max_ttl"), (UserPath, "user_path"), (Boundary, "permissions_boundary_arn"),
    ];

    public static EnginePath All { get; } = new("roles", "Lists the roles.")
    {
        List = async (request, cancellation) => Reply.Keys(await request.Storage.ListAsync(AwsRole.KeyPrefix, cancellation)),
    };

    public static EnginePath One { get; } = new("roles/{name:at}", "A role: which credentials it gives, with which rights.")
    {
        Fields =
        [
            Type, RoleArns, PolicyArns, Document, Groups, Tags, SessionTags, ExternalId, DefaultStsTtl, MaxStsTtl, DefaultTtl, MaxTtl, UserPath, Boundary,
            LegacyPolicy, LegacyArn,
        ],
        Read = ReadAsync,
        Write = WriteAsync,
        Delete = (request, _) =>
        {
            request.Storage.Delete(AwsRole.KeyOf(request.Param("name")));
            return ValueTask.FromResult(Reply.Done);
        },
    };

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (AwsRole.NameProblem(request.Param("name")) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        var role = await request.Storage.GetAsync(AwsRole.KeyOf(request.Param("name")), AwsJson.Default.AwsRole, cancellation);
        return role is null ? Reply.NotFound : Reply.With(json => Show(role, json));
    }

    private static async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (AwsRole.NameProblem(request.Param("name")) is { } nameProblem)
        {
            return Reply.Invalid(nameProblem);
        }

        var key = AwsRole.KeyOf(request.Param("name"));
        var role = await request.Storage.GetAsync(key, AwsJson.Default.AwsRole, cancellation) ?? new AwsRole();
        var legacy = request.Get(LegacyPolicy).Length > 0 || request.Get(LegacyArn).Length > 0;
        role = legacy ? FromLegacy(request, out var problem) : Changed(request, role, out problem);
        role = problem.Length > 0 ? role : WithTags(request, role);
        if (problem.Length == 0 && RoleRules.Problems(role) is { Count: > 0 } problems)
        {
            problem = $"error(s) validating supplied role data: {GoText.Quote(GoText.Errors(problems))}";
        }

        if (problem.Length > 0)
        {
            return Reply.Invalid(problem);
        }

        request.Storage.Put(key, role, AwsJson.Default.AwsRole);
        ImmutableArray<string> warnings = legacy ? [LegacyRole.Warning] : [];
        if (role.Gives(CredentialType.IamUser) && InlinePolicies.TooLong(request.Param("name"), role.PolicyDocument) is { } tooLong)
        {
            warnings = warnings.Add(tooLong);
        }

        return warnings.IsEmpty ? Reply.Done : new Reply.Empty { Warnings = warnings };
    }

    private static AwsRole FromLegacy(EngineRequest request, out string problem)
    {
        var policy = request.Get(LegacyPolicy);
        var arn = request.Get(LegacyArn);
        var text = policy.Length > 0 ? policy : arn;
        var clash = NotWithLegacy.FirstOrDefault(other => request.Has(other.Field)).Name;
        var role = LegacyRole.Upgrade(text);
        problem = clash is not null ? $"cannot supply deprecated role or policy parameters with {clash}"
            : policy.Length > 0 && arn.Length > 0 ? "only one of policy or arn should be provided"
            : role is null ? "unable to parse supplied data: it is neither a policy document in JSON nor an ARN"
            : "";
        return role ?? new AwsRole();
    }

    private static AwsRole Changed(EngineRequest request, AwsRole role, out string problem)
    {
        var document = role.PolicyDocument;
        if (request.Has(Document))
        {
            var text = request.Get(Document);
            if ((text.Length == 0 ? "" : PolicyText.Compact(text)) is not { } compacted)
            {
                problem = "cannot parse policy document: it must be a JSON object";
                return role;
            }

            document = compacted;
        }

        problem = "";
        return role with
        {
            CredentialTypes = request.Has(Type) ? [request.Get(Type)] : role.CredentialTypes,
            RoleArns = request.Has(RoleArns) ? request.Get(RoleArns) : role.RoleArns,
            PolicyArns = request.Has(PolicyArns) ? request.Get(PolicyArns) : role.PolicyArns,
            PolicyDocument = document,
            ExternalId = request.Has(ExternalId) ? request.Get(ExternalId) : role.ExternalId,
            DefaultStsTtl = request.Has(DefaultStsTtl) ? request.Get(DefaultStsTtl) : role.DefaultStsTtl,
            MaxStsTtl = request.Has(MaxStsTtl) ? request.Get(MaxStsTtl) : role.MaxStsTtl,
            DefaultTtl = request.Has(DefaultTtl) ? request.Get(DefaultTtl) : role.DefaultTtl,
            MaxTtl = request.Has(MaxTtl) ? request.Get(MaxTtl) : role.MaxTtl,
            UserPath = request.Has(UserPath) ? request.Get(UserPath) : role.UserPath,
            PermissionsBoundaryArn = request.Has(Boundary) ? request.Get(Boundary) : role.PermissionsBoundaryArn,
            ProhibitFlexibleCredPath = false,
        };
    }

    private static AwsRole WithTags(EngineRequest request, AwsRole role) => role with
    {
        IamGroups = request.Has(Groups) ? request.Get(Groups) : role.IamGroups,
        IamTags = request.Has(Tags) ? request.Get(Tags) : role.IamTags,
        SessionTags = request.Has(SessionTags) ? request.Get(SessionTags) : role.SessionTags,
    };

    private static void Show(AwsRole role, Utf8JsonWriter json)
    {
        json.WriteString("credential_type", string.Join(',', role.CredentialTypes));
        json.WriteNumber("default_sts_ttl", (long)role.DefaultStsTtl.TotalSeconds);
        json.WriteNumber("default_ttl", (long)role.DefaultTtl.TotalSeconds);
        json.WriteString("external_id", role.ExternalId);
        ShowList("iam_groups", role.IamGroups, json);
        ShowMap("iam_tags", role.IamTags, json);
        json.WriteNumber("max_sts_ttl", (long)role.MaxStsTtl.TotalSeconds);
        json.WriteNumber("max_ttl", (long)role.MaxTtl.TotalSeconds);
        if (role.EmptyNotice() is { } notice)
        {
            json.WriteString("notice", notice);
        }

        json.WriteString("permissions_boundary_arn", role.PermissionsBoundaryArn);
        ShowList("policy_arns", role.PolicyArns, json);
        json.WriteString("policy_document", role.PolicyDocument);
        ShowList("role_arns", role.RoleArns, json);
        ShowMap("session_tags", role.SessionTags, json);
        json.WriteString("user_path", role.UserPath);
    }

    private static void ShowList(string name, IReadOnlyList<string>? list, Utf8JsonWriter json)
    {
        if (list is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteTexts(name, list);
    }

    private static void ShowMap(string name, IReadOnlyDictionary<string, string>? map, Utf8JsonWriter json)
    {
        if (map is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
