using Coffer.Aws.Tests.Support;
using Coffer.AwsSandbox.Settings;

namespace Coffer.Aws.Tests.Sandbox;

public sealed class RecordedRequestTests : SandboxTest
{
    protected override SandboxOptions Options => new() { BootstrapUser = "moto", ClockSkewMax = TimeSpan.MaxValue };

    [Fact]
    public async Task The_path_of_a_user_or_a_role_is_part_of_its_arn()
    {
        const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}""";
        Sandbox.Call("iam", "CreateRole", ("RoleName", "nested"), ("Path", "/team/"), ("AssumeRolePolicyDocument", Trust));
        Sandbox.Call("iam", "CreateUser", ("UserName", "bob"), ("Path", "/division/"));

        Assert.Equal("arn:aws:iam::123456789012:role/team/nested", (await Iam.GetRoleAsync("nested", Cancel)).Arn);
        Assert.Equal("arn:aws:iam::123456789012:user/division/bob", (await Iam.GetUserAsync("bob", Cancel)).Arn);
        Assert.Equal("arn:aws:iam::123456789012:user/moto", (await Sts.GetCallerIdentityAsync(Cancel)).Arn);
    }

    [Fact]
    public async Task The_policies_of_a_group_are_listed_by_how_they_were_put()
    {
        const string Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}]}""";
        Sandbox.Call("iam", "CreatePolicy", ("PolicyName", "shared"), ("Path", "/team/"), ("PolicyDocument", Policy));
        Sandbox.Call("iam", "CreateGroup", ("GroupName", "auditors"));
        Sandbox.Call("iam", "CreateGroup", ("GroupName", "empty"));
        Sandbox.Call("iam", "AttachGroupPolicy", ("GroupName", "auditors"), ("PolicyArn", $"arn:aws:iam::{Sandbox.AccountId}:policy/team/shared"));
        Sandbox.Call("iam", "PutGroupPolicy", ("GroupName", "auditors"), ("PolicyName", "inline"), ("PolicyDocument", Policy));

        Assert.Equal("shared", Assert.Single(await Iam.ListAttachedGroupPoliciesAsync("auditors", Cancel)).PolicyName);
        Assert.Equal(["inline"], await Iam.ListGroupPoliciesAsync("auditors", Cancel));
        Assert.Empty(await Iam.ListGroupPoliciesAsync("empty", Cancel));
    }

    // Signed long ago by another program with the documentation's key pair; see the recordings of the AWS auth method.
    [Fact]
    public async Task A_recorded_login_request_is_taken_however_old_it_is()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Sandbox.Url)
        {
            Content = new ByteArrayContent("Action=GetCallerIdentity&Version=2011-06-15"u8.ToArray()),
        };
        request.Headers.Host = "sts.amazonaws.com";
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        request.Headers.TryAddWithoutValidation("X-Amz-Date", "20261123T173716Z");
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/us-east-1/sts/aws4_request, "
            + "SignedHeaders=content-length;content-type;host;x-amz-date, "
            + "Signature=6556a857765b5e457f2e23dabe4297faab2c1b53d0445929b32661169e0a494c");

        using var response = await Http.SendAsync(request, Cancel);

        Assert.Contains("user/moto", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }
}
