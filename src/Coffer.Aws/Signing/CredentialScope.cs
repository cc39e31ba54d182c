namespace Coffer.Aws.Signing;

/// <summary>What a signature is good for: one UTC day, one region, one service.</summary>
/// <param name="Date">The UTC day as <c>yyyyMMdd</c>.</param>
/// <param name="Region">Such as <c>us-east-1</c>; IAM signs with its partition's own region.</param>
/// <param name="Service">The signing name, such as <c>iam</c>, <c>sts</c> or <c>s3</c>.</param>
public readonly record struct CredentialScope(string Date, string Region, string Service)
{
    internal const string Terminator = "aws4_request";

    /// <summary>The scope as it is in the string to sign.</summary>
    public override string ToString() => $"{Date}/{Region}/{Service}/{Terminator}";
}
