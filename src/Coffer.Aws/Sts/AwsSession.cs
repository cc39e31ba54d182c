using Coffer.Aws.Signing;

namespace Coffer.Aws.Sts;

/// <summary>Temporary credentials.</summary>
/// <param name="Credentials">With session token.</param>
/// <param name="Expires">When AWS stops taking them.</param>
/// <param name="Arn">Who one is with them; null after GetSessionToken, which changes nothing about that.</param>
/// <param name="UserId">The unique id that goes with <paramref name="Arn"/>.</param>
public sealed record AwsSession(AwsCredentials Credentials, DateTimeOffset Expires, string? Arn, string? UserId);
