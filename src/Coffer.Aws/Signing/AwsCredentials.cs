namespace Coffer.Aws.Signing;

/// <summary>An access key pair, with the session token when the pair is temporary. Never printed whole.</summary>
/// <param name="AccessKeyId">The public half, such as <c>AKIA...</c> or, for temporary credentials, <c>ASIA...</c>.</param>
/// <param name="SecretAccessKey">The secret half, as AWS hands it out.</param>
/// <param name="SessionToken">Present only with temporary credentials.</param>
public sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null)
{
    /// <summary>Only the access key id: this text may end in a log.</summary>
    public override string ToString() => $"AwsCredentials({AccessKeyId}, redacted)";
}
