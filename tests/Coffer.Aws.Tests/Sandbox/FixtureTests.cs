using Coffer.Aws.Tests.Support;
using Coffer.AwsSandbox;

namespace Coffer.Aws.Tests.Sandbox;

public sealed class FixtureTests : SandboxTest
{
    protected override SandboxOptions Options => ConformanceFixtures.Options(new SandboxOptions());

    [Fact]
    public async Task The_conformance_fixtures_are_as_the_recordings_expect()
    {
        ConformanceFixtures.Make(Sandbox);

        Assert.Equal("arn:aws:iam::123456789012:user/moto", (await Sts.GetCallerIdentityAsync(Cancel)).Arn);
        Assert.Equal("arn:aws:iam::123456789012:role/team/conf-nested", (await Iam.GetRoleAsync("conf-nested", Cancel)).Arn);
        Assert.Equal("arn:aws:iam::123456789012:user/division/conf-bob", (await Iam.GetUserAsync("conf-bob", Cancel)).Arn);
        Assert.Equal("conf-team", Assert.Single(await Iam.ListAttachedGroupPoliciesAsync("conf-auditors", Cancel)).PolicyName);
        Assert.Equal(["inline"], await Iam.ListGroupPoliciesAsync("conf-developers", Cancel));
        Assert.Empty(await Iam.ListGroupPoliciesAsync("conf-empty", Cancel));
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
