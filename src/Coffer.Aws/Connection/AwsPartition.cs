namespace Coffer.Aws.Connection;

/// <summary>The part of AWS a region belongs to: each has its own ARNs, host names and IAM.</summary>
/// <param name="Name">The second part of its ARNs.</param>
/// <param name="Suffix">What its host names end in.</param>
/// <param name="IamRegion">The region that its IAM signs with.</param>
/// <param name="IamHost">Where its IAM listens.</param>
public sealed record AwsPartition(string Name, string Suffix, string IamRegion, string IamHost)
{
    private static readonly AwsPartition Standard = new("aws", "amazonaws.com", "us-east-1", "iam.amazonaws.com");
    private static readonly AwsPartition China = new("aws-cn", "amazonaws.com.cn", "cn-north-1", "iam.cn-north-1.amazonaws.com.cn");
    private static readonly AwsPartition GovCloud = new("aws-us-gov", "amazonaws.com", "us-gov-west-1", "iam.us-gov.amazonaws.com");

    /// <summary>The partition of a region; an unknown region is taken to be of the standard one.</summary>
    public static AwsPartition Of(string region)
    {
        ArgumentNullException.ThrowIfNull(region);
        return region.StartsWith("cn-", StringComparison.Ordinal) ? China
            : region.StartsWith("us-gov-", StringComparison.Ordinal) ? GovCloud
            : Standard;
    }
}
