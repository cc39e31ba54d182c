using Coffer.Aws.Iam;
using Coffer.Sdk.Leases;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>Whose a user is: what hands added goes with ours, and what is not ours is never touched.</summary>
public sealed class OwnershipTests : AwsTest
{
    [Fact]
    public async Task What_hands_added_to_a_user_goes_with_it()
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await IssueAsync("r");
        var name = UserOf(lease);
        await Iam.CreateAccessKeyAsync(name, Cancel);
        await Iam.PutUserPolicyAsync(name, "extra", ListAnything, Cancel);
        await Iam.AttachUserPolicyAsync(name, "arn:aws:iam::123456789012:policy/read", Cancel);
        await Iam.AddUserToGroupAsync(name, "auditors", Cancel);
        await MakeAsync("PutUserPermissionsBoundary", ("UserName", name), ("PermissionsBoundary", "arn:aws:iam::123456789012:policy/bound"));
        await MakeAsync("CreateLoginProfile", ("UserName", name), ("Password", "Sesame-open-0"));
        await MakeAsync("CreateVirtualMFADevice", ("VirtualMFADeviceName", "phone"));
        await MakeAsync(
            "EnableMFADevice", ("UserName", name), ("SerialNumber", "arn:aws:iam::123456789012:mfa/phone"),
            ("AuthenticationCode1", "123456"), ("AuthenticationCode2", "654321"));
        await MakeAsync("UploadSSHPublicKey", ("UserName", name), ("SSHPublicKeyBody", "ssh-rsa AAAAB3NzaC1yc2E="));
        await MakeAsync("CreateServiceSpecificCredential", ("UserName", name), ("ServiceName", "codecommit.amazonaws.com"));
        var user = User(name);
        Assert.Equal(2, user["keys"]!.AsArray().Count);
        Assert.Single(user["mfa_devices"]!.AsArray());
        Assert.Single(user["ssh_keys"]!.AsArray());
        Assert.Single(user["service_credentials"]!.AsArray());

        await lease.RevokeAsync();

        Assert.Empty(Users());
        Assert.DoesNotContain("mfa/phone", await MakeAsync("ListVirtualMFADevices"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_is_gone_already_is_done()
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await IssueAsync("r");
        var name = UserOf(lease);
        foreach (var key in await Iam.ListAccessKeysAsync(name, Cancel))
        {
            await Iam.DeleteAccessKeyAsync(name, key.AccessKeyId, Cancel);
        }

        await Iam.DeleteUserPolicyAsync(name, "coffer-hard-end", Cancel);
        await Iam.DeleteUserAsync(name, Cancel);

        await lease.RevokeAsync();
        await lease.RevokeAsync();
    }

    [Fact]
    public async Task A_name_taken_by_hand_is_refused_and_the_user_stays()
    {
        await ConfigureAsync(template: "fixed");
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        await Iam.CreateUserAsync(new NewIamUser { UserName = "fixed" }, Cancel);
        Engine.Clock.Advance(TimeSpan.FromHours(1));
        var lease = await PlanAsync("r");

        var failed = await Failed(lease.CreateAsync());
        await lease.RevokeAsync();

        Assert.Equal(FailureClass.Invalid, failed.Failure);
        Assert.Contains("a user named fixed exists that does not belong to this lease", failed.Message, StringComparison.Ordinal);
        Assert.Empty(User("fixed")["inline_policies"]!.AsObject());
    }

    [Fact]
    public async Task A_name_taken_by_another_lease_is_refused_and_that_lease_keeps_its_key()
    {
        await ConfigureAsync(template: "fixed");
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var first = await IssueAsync("r");
        var second = await PlanAsync("r");

        Assert.Equal(FailureClass.Invalid, (await Failed(second.CreateAsync())).Failure);
        await second.RevokeAsync();

        Assert.Equal((string?)first.Created!.Data()["access_key"], (string?)Assert.Single(User("fixed")["keys"]!.AsArray())!["id"]);
        await first.RevokeAsync();
        Assert.Empty(Users());
    }

    [Fact]
    public async Task A_user_that_might_be_ours_waits_for_an_operator_untouched()
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await IssueAsync("r");
        await Iam.UntagUserAsync(UserOf(lease), ["coffer:lease"], Cancel);

        var failed = await Failed(lease.RevokeAsync());

        Assert.Equal(FailureClass.NeedsOperator, failed.Failure);
        Assert.Contains($"lacks the tag coffer:lease={lease.Id}", failed.Message, StringComparison.Ordinal);
        Assert.Single(User(UserOf(lease))["keys"]!.AsArray());
        await Iam.TagUserAsync(UserOf(lease), new Dictionary<string, string> { ["coffer:lease"] = lease.Id }, Cancel);
        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    [Fact]
    public async Task More_sub_resources_than_a_page_holds_all_go()
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await IssueAsync("r");
        var tiny = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"a:b","Resource":"*"}]}""";
        for (var i = 0; i < 12; i++)
        {
            await Iam.PutUserPolicyAsync(UserOf(lease), $"extra-{i}", tiny, Cancel);
        }

        await lease.RevokeAsync();

        Assert.Empty(Users());
    }
}
