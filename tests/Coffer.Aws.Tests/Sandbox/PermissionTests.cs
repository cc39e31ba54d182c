using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Signing;
using Coffer.Aws.Tests.Support;

namespace Coffer.Aws.Tests.Sandbox;

public sealed class PermissionTests : SandboxTest
{
    [Fact]
    public async Task A_user_without_policies_may_only_ask_who_it_is()
    {
        var key = await UserWith("u", null);

        Assert.EndsWith("user/u", (await StsAs(key).GetCallerIdentityAsync(Cancel)).Arn, StringComparison.Ordinal);
        var error = await Refused(() => IamAs(key).GetUserAsync(null, Cancel).AsTask());
        Assert.Equal((AwsErrorKind.AccessDenied, "AccessDenied"), (error.Kind, error.Code));
        Assert.Equal(
            "User: arn:aws:iam::123456789012:user/u is not authorized to perform: iam:GetUser on resource: "
            + "arn:aws:iam::123456789012:user/u because no identity-based policy allows the iam:GetUser action",
            error.Detail);
    }

    [Fact]
    public async Task A_deny_after_a_time_ends_a_key_at_that_time()
    {
        var key = await UserWith("u", """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":"iam:GetUser","Resource":"*"},
              {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-03-01T13:00:00Z"}}}]}
            """);
        Clock.Advance(TimeSpan.FromHours(1));
        await IamAs(key).GetUserAsync(null, Cancel);

        Clock.Advance(TimeSpan.FromSeconds(1));

        var error = await Refused(() => IamAs(key).GetUserAsync(null, Cancel).AsTask());
        Assert.Contains("with an explicit deny in an identity-based policy", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_of_groups_count_and_end_with_membership()
    {
        var key = await UserWith("u", null);
        Sandbox.Call("iam", "CreateGroup", ("GroupName", "g"));
        Sandbox.Call("iam", "AttachGroupPolicy", ("GroupName", "g"), ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"));
        await Iam.AddUserToGroupAsync("u", "g", Cancel);
        Assert.Equal("IAMReadOnlyAccess", Assert.Single(await IamAs(key).ListAttachedGroupPoliciesAsync("g", Cancel)).PolicyName);

        await Iam.RemoveUserFromGroupAsync("u", "g", Cancel);

        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => IamAs(key).ListAttachedGroupPoliciesAsync("g", Cancel).AsTask());
    }

    [Fact]
    public async Task A_boundary_takes_away_and_never_gives()
    {
        Sandbox.Call("iam", "CreateUser", ("UserName", "u"), ("PermissionsBoundary", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"));
        var key = (await Iam.CreateAccessKeyAsync("u", Cancel)).Credentials;
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => IamAs(key).GetUserAsync(null, Cancel).AsTask());
        await Iam.PutUserPolicyAsync("u", "all", AllowAll, Cancel);
        Assert.Equal("arn:aws:iam::aws:policy/IAMReadOnlyAccess", (await IamAs(key).GetUserAsync(null, Cancel)).PermissionsBoundary);

        var error = await Refused(() => IamAs(key).DeleteUserAsync("u", Cancel).AsTask());

        Assert.EndsWith("because no permissions boundary allows the iam:DeleteUser action", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resources_and_request_tags_narrow_what_a_user_may_make()
    {
        var key = await UserWith("maker", """
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:CreateUser","iam:DeleteUser"],
              "Resource":"arn:aws:iam::*:user/coffer/*","Condition":{"StringEqualsIfExists":{"aws:RequestTag/by":"coffer"}}}}
            """);
        var tags = new Dictionary<string, string> { ["by"] = "coffer" };
        await IamAs(key).CreateUserAsync(new NewIamUser { UserName = "ok", Path = "/coffer/", Tags = tags }, Cancel);
        await IamAs(key).DeleteUserAsync("ok", Cancel);

        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => IamAs(key).CreateUserAsync(new NewIamUser { UserName = "no" }, Cancel).AsTask());
        tags["by"] = "another";
        await Refused(
            AwsErrorKind.AccessDenied, "AccessDenied",
            () => IamAs(key).CreateUserAsync(new NewIamUser { UserName = "no", Path = "/coffer/", Tags = tags }, Cancel).AsTask());
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => IamAs(key).DeleteUserAsync("admin", Cancel).AsTask());
    }

    [Fact]
    public async Task Wrong_keys_are_refused_with_the_codes_of_aws()
    {
        var key = await UserWith("u", AllowAll);
        await Refused(
            AwsErrorKind.AccessDenied, "InvalidClientTokenId",
            () => StsAs(new AwsCredentials("AKIAGHOSTGHOSTGHOST1", "x")).GetCallerIdentityAsync(Cancel).AsTask());
        await Refused(
            AwsErrorKind.AccessDenied, "SignatureDoesNotMatch", () => StsAs(key with { SecretAccessKey = "x" }).GetCallerIdentityAsync(Cancel).AsTask());
        await Refused(
            AwsErrorKind.AccessDenied, "InvalidClientTokenId", () => StsAs(key with { SessionToken = "x" }).GetCallerIdentityAsync(Cancel).AsTask());

        using var unsigned = await Http.PostAsync(
            Sandbox.Url, new FormUrlEncodedContent([new("Action", "GetUser"), new("Version", "2010-05-08")]), Cancel);
        Assert.Equal(403, (int)unsigned.StatusCode);
        Assert.Contains("<Code>MissingAuthenticationToken</Code>", await unsigned.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => RawIam(("Action", "NoSuchThing")));
        Assert.Contains("<Code>InvalidAction</Code>", error.Message, StringComparison.Ordinal);
    }
}
