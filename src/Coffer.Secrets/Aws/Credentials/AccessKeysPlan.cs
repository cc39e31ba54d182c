using System.Text.Json;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Replies;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>What is stored with a lease of this engine: exactly one of the two. Never a secret.</summary>
internal sealed record AccessKeysPlan
{
    public UserPlan? User { get; init; }

    public SessionPlan? Session { get; init; }

    public JsonText ToJson() => JsonText.FromValid(JsonSerializer.SerializeToUtf8Bytes(this, AwsJson.Default.AccessKeysPlan));

    /// <exception cref="EngineException">It was not written by this engine.</exception>
    public static AccessKeysPlan Of(LeasePlan plan)
    {
        try
        {
            return JsonSerializer.Deserialize(plan.Data.Utf8.Span, AwsJson.Default.AccessKeysPlan) is { } read && (read.User is null) != (read.Session is null)
                ? read
                : throw new JsonException("neither a user nor a session");
        }
        catch (JsonException error)
        {
            throw new EngineException(FailureClass.NeedsOperator, $"the stored plan of this lease cannot be read: {error.Message}", error);
        }
    }
}

/// <summary>An IAM user of its own: all that is needed to make it and to take it away, whatever became of the role.</summary>
internal sealed record UserPlan
{
    /// <summary>The role's name, which is the inline policy's too.</summary>
    public required string Role { get; init; }

    public required string UserName { get; init; }

    /// <summary>Begins and ends with a slash.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<string> PolicyArns { get; init; }

    /// <summary>The role's own inline policy without what this engine adds; empty for none.</summary>
    public required string PolicyDocument { get; init; }

    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>The role's tags and those of <see cref="UserTags"/>.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public string? PermissionsBoundary { get; init; }

    /// <summary>The role's own time of life; zero leaves it to <c>config/lease</c>, as it is when the lease is renewed.</summary>
    public TimeSpan DefaultTtl { get; init; }

    /// <summary>The role's own longest life; zero leaves it to <c>config/lease</c>, as it is when the lease is renewed.</summary>
    public TimeSpan MaxTtl { get; init; }

    /// <summary>What the answer tells beside the key; null for nothing.</summary>
    public string? Notice { get; init; }

    /// <summary>After this moment AWS itself refuses the user everything. Whole seconds.</summary>
    public required DateTimeOffset HardEnd { get; init; }
}

/// <summary>Temporary credentials of STS: AWS ends them, and nothing has to be taken away.</summary>
internal sealed record SessionPlan
{
    /// <summary>The role's name.</summary>
    public required string Role { get; init; }

    /// <summary>The ARN to assume; null for a federation token.</summary>
    public string? RoleArn { get; init; }

    public required string SessionName { get; init; }

    public required TimeSpan Duration { get; init; }

    public required IReadOnlyList<string> PolicyArns { get; init; }

    /// <summary>Empty for none.</summary>
    public required string PolicyDocument { get; init; }

    /// <summary>Groups whose policies the session gets.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public string? ExternalId { get; init; }
}
