using Coffer.Aws.Calls;

namespace Coffer.Aws.Connection;

/// <summary>How to reach one AWS account. Empty text means absent throughout, as in Vault's configuration.</summary>
public sealed record AwsConnectionOptions
{
    /// <summary>With <see cref="SecretKey"/>; without both, AWS's default chain of credentials is used.</summary>
    public string AccessKey { get; init; } = "";

    public string SecretKey { get; init; } = "";

    /// <summary>Goes with a temporary key pair.</summary>
    public string SessionToken { get; init; } = "";

    /// <summary>Default: <c>AWS_REGION</c>, then <c>AWS_DEFAULT_REGION</c>, then <c>us-east-1</c>.</summary>
    public string Region { get; init; } = "";

    /// <summary>An absolute URL. Default: IAM of the region's partition.</summary>
    public string IamEndpoint { get; init; } = "";

    /// <summary>An absolute URL. Default: STS of the region.</summary>
    public string StsEndpoint { get; init; } = "";

    /// <summary>The region STS calls are signed for. Default: <see cref="Region"/>.</summary>
    public string StsRegion { get; init; } = "";

    /// <summary>Repetitions after the first attempt; -1 (the default) means the default of <see cref="AwsCallOptions"/>.</summary>
    public int MaxRetries { get; init; } = -1;

    /// <summary>Timeouts and delays; its retry count gives way to <see cref="MaxRetries"/> unless that is -1.</summary>
    public AwsCallOptions Calls { get; init; } = new();

    /// <summary>Everything wrong with these values, each line naming the field to change. Empty when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (AccessKey.Length == 0 != (SecretKey.Length == 0))
        {
            yield return "access_key and secret_key must be given together, or neither";
        }

        if (SessionToken.Length > 0 && AccessKey.Length == 0)
        {
            yield return "session_token needs access_key and secret_key";
        }

        foreach (var (name, value) in new[] { ("iam_endpoint", IamEndpoint), ("sts_endpoint", StsEndpoint) })
        {
            if (value.Length > 0 && !IsEndpoint(value))
            {
                yield return $"{name} must be an absolute http or https URL without user, query and fragment, such as https://iam.amazonaws.com";
            }
        }

        foreach (var (name, value) in new[] { ("region", Region), ("sts_region", StsRegion) })
        {
            if (value.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter != '-'))
            {
                yield return $"{name} must hold only letters, digits and hyphens";
            }
        }

        foreach (var problem in Effective.Problems())
        {
            yield return problem;
        }
    }

    /// <summary>A user in the URL would be a secret in a setting that is shown; a query or a fragment has no place in the calls.</summary>
    private static bool IsEndpoint(string text) =>
        !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter))
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri is { Host.Length: > 0, UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 };

    internal AwsCallOptions Effective => MaxRetries == -1 ? Calls : Calls with { MaxRetries = MaxRetries };
}
