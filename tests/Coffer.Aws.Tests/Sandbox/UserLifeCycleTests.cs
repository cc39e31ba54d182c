using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Tests.Support;

namespace Coffer.Aws.Tests.Sandbox;

public sealed class UserLifeCycleTests : SandboxTest
{
    [Fact]
    public async Task A_user_is_made_used_and_removed()
    {
        var tags = new Dictionary<string, string> { ["lease"] = "aws/creds/dev/1", ["Ünï"] = "a b=c" };
        var user = await Iam.CreateUserAsync(new NewIamUser { UserName = "vault-1", Path = "/coffer/", Tags = tags }, Cancel);

        Assert.Equal("arn:aws:iam::123456789012:user/coffer/vault-1", user.Arn);
        Assert.StartsWith("AIDA", user.UserId);
        Assert.Equal(21, user.UserId.Length);
        Assert.Equal(Clock.GetUtcNow(), user.Created);
        Assert.Equivalent(tags, user.Tags);
        Assert.Equivalent(user, await Iam.GetUserAsync("vault-1", Cancel));

        await Iam.PutUserPolicyAsync("vault-1", "inline", AllowAll, Cancel);
        Assert.Equal(AllowAll, await Iam.GetUserPolicyAsync("vault-1", "inline", Cancel));
        var key = await Iam.CreateAccessKeyAsync("vault-1", Cancel);
        var identity = await StsAs(key.Credentials).GetCallerIdentityAsync(Cancel);
        Assert.Equal((user.Arn, user.UserId, "123456789012"), (identity.Arn, identity.UserId, identity.Account));
        Assert.Equal("vault-1", (await IamAs(key.Credentials).GetUserAsync(null, Cancel)).UserName);

        await Iam.UpdateAccessKeyAsync("vault-1", key.Credentials.AccessKeyId, active: false, Cancel);
        await Refused(AwsErrorKind.AccessDenied, "InvalidClientTokenId", () => StsAs(key.Credentials).GetCallerIdentityAsync(Cancel).AsTask());
        await Refused(AwsErrorKind.Conflict, "DeleteConflict", () => Iam.DeleteUserAsync("vault-1", Cancel).AsTask());
        await Iam.DeleteAccessKeyAsync("vault-1", key.Credentials.AccessKeyId, Cancel);
        await Iam.DeleteUserPolicyAsync("vault-1", "inline", Cancel);
        await Iam.DeleteUserAsync("vault-1", Cancel);
        await Refused(AwsErrorKind.NotFound, "NoSuchEntity", () => Iam.GetUserAsync("vault-1", Cancel).AsTask());
        await Refused(AwsErrorKind.NotFound, "NoSuchEntity", () => Iam.DeleteUserAsync("vault-1", Cancel).AsTask());
    }

    [Fact]
    public async Task An_error_carries_code_status_request_id_and_operation()
    {
        var error = await Refused(() => Iam.GetUserAsync("ghost", Cancel).AsTask());

        Assert.Equal(AwsErrorKind.NotFound, error.Kind);
        Assert.Equal("NoSuchEntity", error.Code);
        Assert.Equal(404, (int?)error.Status);
        Assert.Equal("iam:GetUser", error.Operation);
        Assert.Equal("The user with name ghost cannot be found.", error.Detail);
        Assert.True(Guid.TryParse(error.RequestId, out _));
        Assert.False(error.OutcomeUnknown);
    }
}
