using Coffer.Aws.Connection;
using Coffer.Secrets.Aws.Names;

namespace Coffer.Secrets.Aws.Configuration;

/// <summary>How a mount reaches its AWS account: <c>config/root</c>. Empty text means absent, as in Vault.</summary>
internal sealed record RootConfig
{
    public const string Key = "config/root";

    /// <summary>What is wrong with one half of a key pair, in Vault's words.</summary>
    public const string HalfPair =
        "static AWS client credentials haven't been properly configured (the access key or secret key were provided but not both)";

    /// <summary>What a mount without credentials answers.</summary>
    public const string NoCredentials =
        "config/root has no credentials for AWS: write access_key and secret_key to it, or use_environment=true to use the account of the server's environment";

    /// <summary>What holds as long as nothing was written: no credentials, so that nobody's account is used by accident.</summary>
    public static RootConfig Default { get; } = new() { UsesEnvironment = false };

    public string AccessKey { get; init; } = "";

    public string SecretKey { get; init; } = "";

    /// <summary>
    /// AWS's default chain of credentials was chosen. Null in what an earlier version wrote, which used the chain wherever there was no pair.
    /// </summary>
    public bool? UsesEnvironment { get; init; }

    public string Region { get; init; } = "";

    public string IamEndpoint { get; init; } = "";

    public string StsEndpoint { get; init; } = "";

    public string StsRegion { get; init; } = "";

    /// <summary>-1: the client's default.</summary>
    public long MaxRetries { get; init; } = -1;

    public string UsernameTemplate { get; init; } = UserNames.DefaultTemplate;

    /// <summary>Exactly one half of the key pair is there.</summary>
    public bool IsHalf() => AccessKey.Length == 0 != (SecretKey.Length == 0);

    /// <summary>Neither half of a pair is there, and AWS's default chain takes its place.</summary>
    public bool IsEnvironment() => AccessKey.Length == 0 && SecretKey.Length == 0 && UsesEnvironment != false;

    /// <summary>Neither half of a pair is there, and nothing takes its place.</summary>
    public bool IsBare() => AccessKey.Length == 0 && SecretKey.Length == 0 && UsesEnvironment == false;

    /// <summary>Why no credentials can be made or removed with this, in words for the client; null when they can.</summary>
    public string? CredentialProblem() => IsHalf() ? HalfPair : IsBare() ? NoCredentials : null;

    public AwsConnectionOptions ToConnection() => new()
    {
        AccessKey = AccessKey,
        SecretKey = SecretKey,
        Region = Region,
        IamEndpoint = IamEndpoint,
        StsEndpoint = StsEndpoint,
        StsRegion = StsRegion,
        MaxRetries = (int)Math.Clamp(MaxRetries, -1, 20),
    };

    public override string ToString() => $"RootConfig({AccessKey}, redacted)";
}
