using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Tests.Support;
using Coffer.AwsSandbox.Settings;

namespace Coffer.Aws.Tests.Sandbox;

public sealed class LimitTests : SandboxTest
{
    protected override SandboxOptions Options => new() { UsersMax = 260 };

    [Theory]
    [InlineData("", AwsErrorKind.InvalidInput, "ValidationError")]
    [InlineData("with space", AwsErrorKind.InvalidInput, "ValidationError")]
    [InlineData("sl/ash", AwsErrorKind.InvalidInput, "ValidationError")]
    [InlineData("newline\n", AwsErrorKind.InvalidInput, "ValidationError")]
    [InlineData("ünï", AwsErrorKind.InvalidInput, "ValidationError")]
    [InlineData("ADMIN", AwsErrorKind.Conflict, "EntityAlreadyExists")]
    public Task A_user_name_must_be_well_formed_and_new(string name, AwsErrorKind kind, string code) =>
        Refused(kind, code, () => Iam.CreateUserAsync(new NewIamUser { UserName = name }, Cancel).AsTask());

    [Fact]
    public async Task A_user_name_has_at_most_64_characters()
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = new string('a', 64) }, Cancel);
        await Refused(
            AwsErrorKind.InvalidInput, "ValidationError", () => Iam.CreateUserAsync(new NewIamUser { UserName = new string('b', 65) }, Cancel).AsTask());
    }

    [Theory]
    [InlineData("")]
    [InlineData("coffer/")]
    [InlineData("/coffer")]
    [InlineData("//")]
    [InlineData("/a b/")]
    public async Task A_path_must_begin_and_end_with_a_slash(string path)
    {
        var user = new NewIamUser { UserName = "u", Path = path };
        await Refused(AwsErrorKind.InvalidInput, "ValidationError", () => Iam.CreateUserAsync(user, Cancel).AsTask());
    }

    [Fact]
    public async Task A_user_has_at_most_two_keys()
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = "u" }, Cancel);
        var first = await Iam.CreateAccessKeyAsync("u", Cancel);
        await Iam.CreateAccessKeyAsync("u", Cancel);
        await Refused(AwsErrorKind.LimitExceeded, "LimitExceeded", () => Iam.CreateAccessKeyAsync("u", Cancel).AsTask());
        await Iam.UpdateAccessKeyAsync("u", first.Credentials.AccessKeyId, active: false, Cancel);
        await Refused(AwsErrorKind.LimitExceeded, "LimitExceeded", () => Iam.CreateAccessKeyAsync("u", Cancel).AsTask());

        await Iam.DeleteAccessKeyAsync("u", first.Credentials.AccessKeyId, Cancel);
        await Iam.CreateAccessKeyAsync("u", Cancel);
        Assert.Equal(2, (await Iam.ListAccessKeysAsync("u", Cancel)).Count);
    }

    [Fact]
    public async Task Inline_policies_of_a_user_share_2048_characters_and_white_space_is_free()
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = "u" }, Cancel);
        await Iam.PutUserPolicyAsync("u", "a", Sized(1024) + new string(' ', 4000), Cancel);
        await Iam.PutUserPolicyAsync("u", "b", Sized(1024), Cancel);
        await Refused(AwsErrorKind.LimitExceeded, "LimitExceeded", () => Iam.PutUserPolicyAsync("u", "b", Sized(1025), Cancel).AsTask());
        await Refused(AwsErrorKind.LimitExceeded, "LimitExceeded", () => Iam.PutUserPolicyAsync("u", "c", Sized(100), Cancel).AsTask());
        Assert.Equal(["a", "b"], await Iam.ListUserPoliciesAsync("u", Cancel));
    }

    [Fact]
    public async Task A_user_has_at_most_ten_attached_policies_ten_groups_and_fifty_tags()
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = "u" }, Cancel);
        for (var i = 0; i <= 10; i++)
        {
            Sandbox.Call("iam", "CreatePolicy", ("PolicyName", $"p{i}"), ("PolicyDocument", AllowAll));
            Sandbox.Call("iam", "CreateGroup", ("GroupName", $"g{i}"));
            var (policy, group) = ($"arn:aws:iam::123456789012:policy/p{i}", $"g{i}");
            if (i < 10)
            {
                await Iam.AttachUserPolicyAsync("u", policy, Cancel);
                await Iam.AddUserToGroupAsync("u", group, Cancel);
                continue;
            }

            await Refused(AwsErrorKind.LimitExceeded, "LimitExceeded", () => Iam.AttachUserPolicyAsync("u", policy, Cancel).AsTask());
            await Refused(AwsErrorKind.LimitExceeded, "LimitExceeded", () => Iam.AddUserToGroupAsync("u", group, Cancel).AsTask());
        }

        await Iam.TagUserAsync("u", Enumerable.Range(0, 50).ToDictionary(i => $"k{i}", i => $"v{i}"), Cancel);
        await Iam.TagUserAsync("u", new Dictionary<string, string> { ["K7"] = "replaced" }, Cancel);
        await Refused(
            AwsErrorKind.LimitExceeded, "LimitExceeded",
            () => Iam.TagUserAsync("u", new Dictionary<string, string> { ["one more"] = "" }, Cancel).AsTask());
        var user = await Iam.GetUserAsync("u", Cancel);
        Assert.Equal((50, "replaced"), (user.Tags.Count, user.Tags["K7"]));
        await Iam.UntagUserAsync("u", ["K7", "k8"], Cancel);
        Assert.Equal(48, (await Iam.GetUserAsync("u", Cancel)).Tags.Count);
    }

    [Theory]
    [InlineData("aws:x", "v", "InvalidInput")]
    [InlineData("", "v", "ValidationError")]
    [InlineData("k", "<>", "ValidationError")]
    public async Task A_tag_must_be_well_formed(string key, string value, string code)
    {
        var user = new NewIamUser { UserName = "u", Tags = new Dictionary<string, string> { [key] = value } };
        await Refused(AwsErrorKind.InvalidInput, code, () => Iam.CreateUserAsync(user, Cancel).AsTask());
    }

    [Fact]
    public async Task The_account_is_full_at_its_quota_and_lists_come_in_pages()
    {
        var many = Enumerable.Range(0, 259).Select(i => $"user-{i:D4}").ToList();
        foreach (var name in many)
        {
            Sandbox.Call("iam", "CreateUser", ("UserName", name), ("Path", "/many/"));
        }

        await Refused(
            AwsErrorKind.LimitExceeded, "LimitExceeded", () => Iam.CreateUserAsync(new NewIamUser { UserName = "straw" }, Cancel).AsTask());
        var listed = new List<string>();
        await foreach (var user in Iam.ListUsersAsync("/many/", Cancel))
        {
            listed.Add(user.UserName);
        }

        Assert.Equal(many, listed);
    }

    [Fact]
    public async Task Every_list_is_followed_to_its_end()
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = "u" }, Cancel);
        const string Small = """{"Statement":{"Effect":"Deny","Action":"a:b","Resource":"*"}}""";
        Sandbox.Call("iam", "CreateGroup", ("GroupName", "g"));
        for (var i = 0; i < 75; i++)
        {
            Sandbox.Call("iam", "PutGroupPolicy", ("GroupName", "g"), ("PolicyName", $"p{i:D3}"), ("PolicyDocument", Small));
        }

        await RawIam(("Action", "ListGroupPolicies"), ("GroupName", "g"), ("MaxItems", "3"));
        Assert.Equal(75, (await Iam.ListGroupPoliciesAsync("g", Cancel)).Count);
        Assert.Equal(Small, await Iam.GetGroupPolicyAsync("g", "p074", Cancel));

        var page = await RawIam(("Action", "ListGroupPolicies"), ("GroupName", "g"), ("MaxItems", "74"));
        Assert.Contains("<IsTruncated>true</IsTruncated>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("p074", page, StringComparison.Ordinal);
    }

    private static string Sized(int length)
    {
        const string Head = """{"Statement":{"Effect":"Allow","Resource":"*","Action":"s3:""";
        return Head + new string('x', length - Head.Length - 3) + "\"}}";
    }
}
