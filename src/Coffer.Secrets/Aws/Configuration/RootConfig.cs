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

    /// <summary>What holds as long as nothing was written: AWS's own chain of credentials.</summary>
    public static RootConfig Default { get; } = new();

    public string AccessKey { get; init; } = "";

    public string SecretKey { get; init; } = "";

    public string Region { get; init; } = "";

    public string IamEndpoint { get; init; } = "";

    public string StsEndpoint { get; init; } = "";

    public string StsRegion { get; init; } = "";

    /// <summary>-1: the client's default.</summary>
    public long MaxRetries { get; init; } = -1;

    public string UsernameTemplate { get; init; } = UserNames.DefaultTemplate;

    /// <summary>Exactly one half of the key pair is there.</summary>
    public bool IsHalf() => AccessKey.Length == 0 != (SecretKey.Length == 0);

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
