namespace Coffer.AwsSandbox;

/// <summary>The users, groups, roles and policies that the recorded conformance cases of the AWS engine and auth method expect.</summary>
public static class ConformanceFixtures
{
    /// <summary>
    /// The user that the recordings' bootstrap key belongs to, and any age of signature, since recorded requests were signed once and for all.
    /// </summary>
    public static SandboxOptions Options(SandboxOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { BootstrapUser = "moto", ClockSkewMax = TimeSpan.MaxValue };
    }

    /// <summary>Makes them in a fresh account; <see cref="InvalidOperationException"/> when some are there already.</summary>
    public static void Make(SandboxAccount sandbox)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        var policies = $"arn:aws:iam::{sandbox.AccountId}:policy";
        foreach (var (path, name, action) in new[]
        {
            ("/", "conf-read", "s3:GetObject"), ("/", "conf-write", "s3:PutObject"), ("/team/", "conf-team", "sqs:SendMessage"),
            ("/", "conf-boundary", "s3:*"),
        })
        {
            sandbox.Call("iam", "CreatePolicy", ("PolicyName", name), ("Path", path), ("PolicyDocument", Allow(action)));
        }

        foreach (var group in new[] { "conf-developers", "conf-auditors", "conf-empty" })
        {
            sandbox.Call("iam", "CreateGroup", ("GroupName", group));
        }

        sandbox.Call("iam", "AttachGroupPolicy", ("GroupName", "conf-developers"), ("PolicyArn", $"{policies}/conf-read"));
        sandbox.Call(
            "iam", "PutGroupPolicy", ("GroupName", "conf-developers"), ("PolicyName", "inline"), ("PolicyDocument", Allow("ec2:Describe*")));
        sandbox.Call("iam", "AttachGroupPolicy", ("GroupName", "conf-auditors"), ("PolicyArn", $"{policies}/team/conf-team"));
        const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}""";
        foreach (var (path, name) in new[] { ("/", "conf-deploy"), ("/", "conf-audit"), ("/team/", "conf-nested") })
        {
            sandbox.Call("iam", "CreateRole", ("RoleName", name), ("Path", path), ("AssumeRolePolicyDocument", Trust));
        }

        foreach (var (path, name) in new[] { ("/", "conf-alice"), ("/division/", "conf-bob") })
        {
            sandbox.Call("iam", "CreateUser", ("UserName", name), ("Path", path));
        }
    }

    private static string Allow(string action) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["{{action}}"],"Resource":"*"}]}""";
}
