using Coffer.Aws.Policies;

namespace Coffer.AwsSandbox.Accounts;

/// <summary>
/// A few of AWS's managed policies by their real names. What they allow is a fair summary for the services of the sandbox, not AWS's text.
/// </summary>
internal static class AwsManagedPolicies
{
    private static readonly DateTimeOffset Created = new(2015, 2, 6, 18, 39, 46, TimeSpan.Zero);

    private static readonly (string Name, string[] Actions)[] Known =
    [
        ("AdministratorAccess", ["*"]),
        ("ReadOnlyAccess",
            ["iam:Get*", "iam:List*", "sts:Get*", "s3:Get*", "s3:List*", "ec2:Describe*", "ec2:Get*", "cloudwatch:Get*", "cloudwatch:List*",
                "logs:Get*", "logs:Describe*", "dynamodb:Get*", "dynamodb:List*", "sns:List*", "sns:Get*", "sqs:List*", "sqs:Get*"]),
        ("SecurityAudit", ["iam:Get*", "iam:List*", "s3:GetBucket*", "s3:List*", "ec2:Describe*"]),
        ("IAMFullAccess", ["iam:*"]),
        ("IAMReadOnlyAccess", ["iam:Get*", "iam:List*", "iam:GenerateCredentialReport", "iam:SimulateCustomPolicy"]),
        ("AmazonS3FullAccess", ["s3:*"]),
        ("AmazonS3ReadOnlyAccess", ["s3:Get*", "s3:List*", "s3:Describe*"]),
        ("AmazonEC2FullAccess", ["ec2:*"]),
        ("AmazonEC2ReadOnlyAccess", ["ec2:Describe*", "ec2:Get*", "elasticloadbalancing:Describe*", "cloudwatch:Get*", "cloudwatch:List*"]),
        ("AmazonSQSFullAccess", ["sqs:*"]),
        ("AmazonDynamoDBFullAccess", ["dynamodb:*"]),
        ("CloudWatchReadOnlyAccess", ["cloudwatch:Get*", "cloudwatch:List*", "logs:Get*", "logs:Describe*"]),
    ];

    public static IEnumerable<ManagedPolicy> All()
    {
        foreach (var (name, actions) in Known)
        {
            yield return Make(name, new PolicyMatch([.. actions], Negated: false));
        }

        yield return Make("PowerUserAccess", new PolicyMatch(["iam:*", "organizations:*", "account:*"], Negated: true));
        yield return Make("AWSDenyAll", new PolicyMatch(["*"], Negated: false), allow: false);
    }

    private static ManagedPolicy Make(string name, PolicyMatch actions, bool allow = true)
    {
        var document = new PolicyDocument
        {
            Statements = [new PolicyStatement { IsAllow = allow, Actions = actions, Resources = new PolicyMatch(["*"], Negated: false) }],
        };
        var policy = new ManagedPolicy
        {
            Name = name,
            Path = "/",
            // The same at every start: AWS's own ids do not change either.
            Id = "ANPA" + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)))[..17],
            Arn = $"arn:aws:iam::aws:policy/{name}",
            Created = Created,
            Updated = Created,
        };
        policy.Versions.Add("v1", new PolicyVersion("v1", new StoredPolicy(document.ToJson(), document), Created));
        return policy;
    }
}
