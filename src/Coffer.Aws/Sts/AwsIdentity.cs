namespace Coffer.Aws.Sts;

/// <summary>Who a caller is.</summary>
/// <param name="Account">Twelve digits.</param>
/// <param name="Arn">An <c>arn:aws:iam</c> ARN for a user, an <c>arn:aws:sts</c> one for a session.</param>
/// <param name="UserId">Unique and never reused.</param>
public sealed record AwsIdentity(string Account, string Arn, string UserId);
