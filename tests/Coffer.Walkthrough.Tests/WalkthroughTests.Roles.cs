using Coffer.Walkthrough.Tests.Accounts;
using Coffer.Walkthrough.Tests.Running;

namespace Coffer.Walkthrough.Tests;

/// <summary>The section on a role for each application, and the sessions that STS gives instead of users.</summary>
public abstract partial class WalkthroughTests
{
    private const string AnyoneMayAssume = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}""";
    private const string MayBackUp = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::backup-bucket/*"}]}""";

    private static readonly string[] OtherServices = ["cloudwatch:GetMetricStatistics", "rds:CreateDBSnapshot", "rds:DescribeDBSnapshots"];

    private async Task RolesAsync()
    {
        await Here.PlayAsync("Roles");
        var webapp = await Here.HandOutAsync("webapp", "webapp", LeaseMax);
        var analytics = await Here.HandOutAsync("analytics", "analytics", LeaseMax);
        var backup = await Here.HandOutAsync("backup", "backup", LeaseMax);
        Assert.Equal(3, new[] { webapp, analytics, backup }.Select(made => made.User.Name).Distinct().Count());

        await Aws.MakeBucketAsync("webapp-bucket");
        await Aws.MakeBucketAsync("backup-bucket");
        await TriesAsync(webapp, ("PUT", "webapp-bucket/page", true), ("GET", "webapp-bucket/page", true), ("GET", "webapp-bucket?list-type=2", false),
            ("PUT", "backup-bucket/page", false), ("GET", "backup-bucket/page", false));
        await TriesAsync(analytics, ("GET", "webapp-bucket/page", true), ("GET", "webapp-bucket?list-type=2", true),
            ("PUT", "webapp-bucket/page", false), ("DELETE", "webapp-bucket/page", false), ("PUT", "backup-bucket/page", false));
        await TriesAsync(backup, ("PUT", "backup-bucket/dump", true), ("GET", "backup-bucket/dump", false), ("DELETE", "backup-bucket/dump", false),
            ("PUT", "webapp-bucket/page", false), ("GET", "webapp-bucket/page", false), ("GET", "backup-bucket?list-type=2", false));
        await TriesAsync(webapp, ("DELETE", "webapp-bucket/page", true), ("DELETE", "backup-bucket/dump", false), ("PUT", "webapp-bucket/page", true));

        // Neither back end serves CloudWatch or RDS, so their lines are judged by the policies that the account shows.
        await OtherServicesAsync(webapp, false, false, false);
        await OtherServicesAsync(analytics, true, false, false);
        await OtherServicesAsync(backup, false, true, true);
    }

    private async Task OtherServicesAsync(HandedOut made, params bool[] isAllowed)
    {
        var policies = await Aws.InlinePoliciesAsync(made.User);
        Assert.Equal(isAllowed, OtherServices.Select(action => UserPolicies.Allow(policies, action, DateTimeOffset.UtcNow)));
    }

    private async Task SessionsAsync()
    {
        await Aws.CallIamAsync("CreateRole", ("RoleName", "deployer"), ("AssumeRolePolicyDocument", AnyoneMayAssume));
        await Aws.CallIamAsync("PutRolePolicy", ("RoleName", "deployer"), ("PolicyName", "backup"), ("PolicyDocument", MayBackUp));
        Here.Terminal.Export("ROLE_ARN", "arn:aws:iam::123456789012:role/deployer");
        var before = await Aws.UserNamesAsync();

        var deploy = Printed.Credentials(await Here.PlayAsync("assumed_role"));
        Assert.NotNull(deploy.SessionToken);
        Assert.StartsWith("arn:aws:sts::123456789012:assumed-role/deployer/", (await Aws.IdentityAsync(deploy)).Arn, StringComparison.Ordinal);

        var partner = Printed.Credentials(await Here.PlayAsync("federation_token"));
        Assert.NotNull(partner.SessionToken);
        Assert.Equal(before, await Aws.UserNamesAsync());
        if (!DecidesByPolicies)
        {
            // moto answers every GetFederationToken with the same example key, so its identity says nothing either.
            return;
        }

        Assert.StartsWith("arn:aws:sts::123456789012:federated-user/", (await Aws.IdentityAsync(partner)).Arn, StringComparison.Ordinal);
        Assert.Equal("", await Aws.TryAsync(deploy, "PUT", "backup-bucket/deployed"));
        Assert.Equal("AccessDenied", await Aws.TryAsync(deploy, "GET", "backup-bucket/deployed"));
        Assert.Equal("", await Aws.TryAsync(partner, "GET", "webapp-bucket/page"));
        Assert.Equal("AccessDenied", await Aws.TryAsync(partner, "PUT", "webapp-bucket/page"));
    }
}
