using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Signing;
using Coffer.Aws.Sts;

namespace Coffer.Aws.Connection;

/// <summary>One AWS account as configured: makes the clients that speak to it.</summary>
public sealed class AwsConnection
{
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly IAwsCredentialSource _credentials;
    private readonly AwsCallOptions _calls;
    private readonly string _iamRegion;
    private readonly string _stsRegion;

    /// <param name="options">Checked here; <see cref="ArgumentException"/> names everything that is wrong.</param>
    /// <param name="http">Carries every call; stays the caller's to dispose. Its timeout should be infinite.</param>
    /// <param name="clock">Signing time, timeouts and pauses.</param>
    /// <param name="environment">Looks an environment variable up; the process's own when null.</param>
    /// <param name="chain">Stands in for AWS's default chain when no static key is given; the SDK's when null.</param>
    public AwsConnection(
        AwsConnectionOptions options, HttpClient http, TimeProvider clock, Func<string, string?>? environment = null,
        IAwsCredentialSource? chain = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = string.Join("; ", options.Problems());
        if (problems.Length > 0)
        {
            throw new ArgumentException(problems, nameof(options));
        }

        _http = http;
        _clock = clock;
        _calls = options.Effective;
        Region = FirstOf(options.Region, () => (environment ?? Environment.GetEnvironmentVariable)("AWS_REGION"),
            () => (environment ?? Environment.GetEnvironmentVariable)("AWS_DEFAULT_REGION")) ?? "us-east-1";
        Partition = AwsPartition.Of(Region);
        _iamRegion = Partition.IamRegion;
        _stsRegion = options.StsRegion.Length > 0 ? options.StsRegion : Region;
        IamEndpoint = new Uri(options.IamEndpoint.Length > 0 ? options.IamEndpoint : $"https://{Partition.IamHost}/");
        StsEndpoint = new Uri(options.StsEndpoint.Length > 0 ? options.StsEndpoint : $"https://sts.{_stsRegion}.{AwsPartition.Of(_stsRegion).Suffix}/");
        _credentials = options.AccessKey.Length > 0
            ? new StaticCredentialSource(
                new AwsCredentials(options.AccessKey, options.SecretKey, options.SessionToken.Length > 0 ? options.SessionToken : null))
            : chain ?? new DefaultCredentialSource();
    }

    /// <summary>The region after all defaults.</summary>
    public string Region { get; }

    public AwsPartition Partition { get; }

    public Uri IamEndpoint { get; }

    public Uri StsEndpoint { get; }

    /// <summary>IAM with the connection's own credentials.</summary>
    public IamClient Iam() => IamWith(_credentials);

    /// <summary>IAM with the connection's own credentials.</summary>
    /// <param name="onUnanswered">As <see cref="AwsCallOptions.OnUnanswered"/>.</param>
    public IamClient Iam(Action onUnanswered) =>
        new IamClient(_http, IamEndpoint, _iamRegion, _credentials, _calls with { OnUnanswered = onUnanswered }, _clock);

    /// <summary>IAM with other credentials, such as a key made a moment ago.</summary>
    public IamClient IamWith(IAwsCredentialSource credentials) => new IamClient(_http, IamEndpoint, _iamRegion, credentials, _calls, _clock);

    /// <summary>STS with the connection's own credentials.</summary>
    public StsClient Sts() => StsWith(_credentials);

    /// <summary>STS with other credentials.</summary>
    public StsClient StsWith(IAwsCredentialSource credentials) => new StsClient(_http, StsEndpoint, _stsRegion, credentials, _calls, _clock);

    /// <summary>STS as the holder of one key pair; for asking whether a fresh key works yet.</summary>
    public StsClient StsAs(AwsCredentials credentials) => StsWith(new StaticCredentialSource(credentials));

    private static string? FirstOf(string given, params Func<string?>[] others)
    {
        if (given.Length > 0)
        {
            return given;
        }

        foreach (var other in others)
        {
            if (other() is { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }
}
