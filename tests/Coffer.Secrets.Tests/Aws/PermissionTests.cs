using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Signing;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>Which credentials the engine itself works with.</summary>
public sealed class PermissionTests : AwsTest
{
    /// <summary>What operators give a server of this kind today, and nothing more.</summary>
    private const string UsualRights =
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:AttachUserPolicy","iam:CreateAccessKey","iam:CreateUser",
          "iam:DeleteAccessKey","iam:DeleteUser","iam:DeleteUserPolicy","iam:DetachUserPolicy","iam:GetUser","iam:ListAccessKeys",
          "iam:ListAttachedUserPolicies","iam:ListGroupsForUser","iam:ListUserPolicies","iam:PutUserPolicy","iam:AddUserToGroup",
          "iam:RemoveUserFromGroup","iam:TagUser"],
          "Resource":["arn:aws:iam::123456789012:user/vault-*","arn:aws:iam::123456789012:group/*"]}]}
        """;

    [Fact]
    public async Task The_usual_rights_are_enough_to_make_and_to_remove()
    {
        await ConfigureAsync(await ServerAsync(UsualRights));
        await RoleAsync(
            "r",
            """{"credential_type":"iam_user","iam_groups":"developers","policy_arns":"arn:aws:iam::123456789012:policy/read","iam_tags":{"a":"b"}}""");

        var lease = await IssueAsync("r");
        Assert.Equal(["server", UserOf(lease)], Users().Order());
        await lease.RevokeAsync();

        Assert.Single(Users(), "server");
    }

    [Fact]
    public async Task What_hands_added_beyond_those_rights_is_named_after_the_key_is_dead()
    {
        await ConfigureAsync(await ServerAsync(UsualRights));
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await IssueAsync("r");
        await MakeAsync("CreateLoginProfile", ("UserName", UserOf(lease)), ("Password", "Sesame-open-0"));

        var failed = await Failed(lease.RevokeAsync());

        Assert.Equal(FailureClass.NeedsOperator, failed.Failure);
        Assert.EndsWith("lack iam:DeleteLoginProfile: add it to their policy", failed.Message, StringComparison.Ordinal);
        Assert.Empty(User(UserOf(lease))["keys"]!.AsArray());
    }

    [Fact]
    public async Task Without_the_right_to_make_users_nothing_is_made_and_the_error_names_both_rights_it_takes()
    {
        await ConfigureAsync(await ServerAsync(UsualRights.Replace("\"iam:CreateUser\",", "", StringComparison.Ordinal)));
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await PlanAsync("r");

        var failed = await Failed(lease.CreateAsync());

        Assert.Equal(FailureClass.NeedsOperator, failed.Failure);
        Assert.EndsWith("lack iam:CreateUser or iam:TagUser: add it to their policy", failed.Message, StringComparison.Ordinal);
        await lease.RevokeAsync();
        Assert.Single(Users(), "server");
    }

    [Fact]
    public async Task Without_a_key_pair_the_default_chain_is_asked()
    {
        var chain = new StaticCredentialSource(new AwsCredentials("AKIAIOSFODNN7EXAMPLE", RootSecret));
        await using var engine = new EngineHarness(new EngineType("aws", MountClass.Secret, "", context => new AwsEngine(context, chain)));
        (await engine.WriteAsync(
            "config/root", $$"""{"iam_endpoint":"{{Sandbox.Url}}","region":"us-east-1","max_retries":0}""")).AssertDone();
        (await engine.WriteAsync("roles/r", """{"credential_type":"iam_user"}""")).AssertDone();

        var lease = await engine.IssueAsync(Operation.Read, "creds/r");

        Assert.Single(Users(), UserOf(lease));
        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    [Fact]
    public async Task Half_a_key_pair_is_refused_before_anything_is_asked_of_aws()
    {
        const string Half = "static AWS client credentials haven't been properly configured (the access key or secret key were provided but not both)";
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await IssueAsync("r");
        (await Engine.WriteAsync("config/root", """{"access_key":"AKIA1"}""")).AssertDone();

        (await Engine.ReadAsync("creds/r")).AssertRefused(400, Half);
        Assert.Equal(Half, (await Failed(lease.RevokeAsync())).Message);
    }

    [Fact]
    public async Task An_endpoint_that_an_earlier_version_took_and_that_is_no_url_is_named()
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var stored = (await Engine.Store.TextAsync("config/root")).Replace(Sandbox.Url.AbsoluteUri, "localhost:1", StringComparison.Ordinal);
        await Engine.Store.ChangeAsync(view => view.Put("config/root", System.Text.Encoding.UTF8.GetBytes(stored)));

        var failed = await Failed((await PlanAsync("r")).CreateAsync());

        Assert.Equal(FailureClass.NeedsOperator, failed.Failure);
        Assert.StartsWith("config/root: iam_endpoint must be an absolute http or https URL", failed.Message, StringComparison.Ordinal);
    }

    private async Task<AwsCredentials> ServerAsync(string rights)
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = "server" }, Cancel);
        await Iam.PutUserPolicyAsync("server", "rights", rights, Cancel);
        return (await Iam.CreateAccessKeyAsync("server", Cancel)).Credentials;
    }
}
