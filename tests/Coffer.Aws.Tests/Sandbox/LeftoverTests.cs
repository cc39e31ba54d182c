using System.Text.RegularExpressions;
using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Tests.Support;

namespace Coffer.Aws.Tests.Sandbox;

public sealed class LeftoverTests : SandboxTest
{
    private const string Pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

    [Fact]
    public async Task DeleteUser_names_each_thing_that_is_left_until_nothing_is()
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = "u", PermissionsBoundary = "arn:aws:iam::aws:policy/ReadOnlyAccess" }, Cancel);
        await Fill();
        var obstacles = new List<string>();
        foreach (var (what, remove) in Removals())
        {
            var error = await Refused(() => Iam.DeleteUserAsync("u", Cancel).AsTask());
            Assert.Equal((AwsErrorKind.Conflict, "DeleteConflict"), (error.Kind, error.Code));
            Assert.Contains(what, error.Detail, StringComparison.Ordinal);
            obstacles.Add(what);
            await remove();
        }

        Assert.Equal(9, obstacles.Count);
        await Iam.DeleteUserAsync("u", Cancel);
        Assert.DoesNotContain("\"u\"", Sandbox.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_for_every_removal()
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = "u" }, Cancel);
        const string Arn = "arn:aws:iam::123456789012:policy/ghost";
        Sandbox.Call("iam", "CreateGroup", ("GroupName", "g"));
        foreach (var remove in new Func<ValueTask>[]
        {
            () => Iam.DeleteUserAsync("ghost", Cancel),
            () => Iam.DeleteUserPermissionsBoundaryAsync("u", Cancel),
            () => Iam.DeleteUserPolicyAsync("u", "ghost", Cancel),
            () => Iam.DetachUserPolicyAsync("u", Arn, Cancel),
            () => Iam.RemoveUserFromGroupAsync("u", "ghost", Cancel),
            () => Iam.RemoveUserFromGroupAsync("u", "g", Cancel),
            () => Iam.DeleteAccessKeyAsync("u", "AKIAGHOSTGHOSTGHOST1", Cancel),
            () => Iam.UpdateAccessKeyAsync("u", "AKIAGHOSTGHOSTGHOST1", active: false, Cancel),
            () => Iam.DeleteLoginProfileAsync("u", Cancel),
            () => Iam.DeactivateMfaDeviceAsync("u", "arn:aws:iam::123456789012:mfa/ghost", Cancel),
            () => Iam.DeleteVirtualMfaDeviceAsync("arn:aws:iam::123456789012:mfa/ghost", Cancel),
            () => Iam.DeleteSshPublicKeyAsync("u", "APKAGHOSTGHOSTGHOST12", Cancel),
            () => Iam.DeleteSigningCertificateAsync("u", "GHOSTGHOSTGHOSTGHOSTGHOST", Cancel),
            () => Iam.DeleteServiceSpecificCredentialAsync("u", "ACCAGHOSTGHOSTGHOST12", Cancel),
        })
        {
            await Refused(AwsErrorKind.NotFound, "NoSuchEntity", () => remove().AsTask());
        }

        Assert.False(await Iam.HasLoginProfileAsync("u", Cancel));
    }

    private async Task Fill()
    {
        await Iam.AttachUserPolicyAsync("u", "arn:aws:iam::aws:policy/ReadOnlyAccess", Cancel);
        await Iam.PutUserPolicyAsync("u", "inline", AllowAll, Cancel);
        await RawIam(("Action", "CreateGroup"), ("GroupName", "g"));
        await Iam.AddUserToGroupAsync("u", "g", Cancel);
        await RawIam(("Action", "CreateLoginProfile"), ("UserName", "u"), ("Password", "p4ssw0rd!"));
        await Iam.CreateAccessKeyAsync("u", Cancel);
        await RawIam(("Action", "UploadSigningCertificate"), ("UserName", "u"), ("CertificateBody", Pem));
        var device = await RawIam(("Action", "CreateVirtualMFADevice"), ("VirtualMFADeviceName", "d"));
        var serial = Regex.Match(device, "<SerialNumber>(.*)</SerialNumber>").Groups[1].Value;
        await RawIam(
            ("Action", "EnableMFADevice"), ("UserName", "u"), ("SerialNumber", serial), ("AuthenticationCode1", "123456"),
            ("AuthenticationCode2", "234567"));
        await RawIam(("Action", "UploadSSHPublicKey"), ("UserName", "u"), ("SSHPublicKeyBody", "ssh-rsa AAAA u"));
        await RawIam(("Action", "CreateServiceSpecificCredential"), ("UserName", "u"), ("ServiceName", "codecommit.amazonaws.com"));
    }

    private IEnumerable<(string What, Func<Task> Remove)> Removals()
    {
        yield return ("detach all policies", async () =>
        {
            var attached = Assert.Single(await Iam.ListAttachedUserPoliciesAsync("u", Cancel));
            await Iam.DetachUserPolicyAsync("u", attached.PolicyArn, Cancel);
        }
        );
        yield return ("delete policies", async () =>
            await Iam.DeleteUserPolicyAsync("u", Assert.Single(await Iam.ListUserPoliciesAsync("u", Cancel)), Cancel));
        yield return ("remove users from group", async () =>
            await Iam.RemoveUserFromGroupAsync("u", Assert.Single(await Iam.ListGroupsForUserAsync("u", Cancel)).GroupName, Cancel));
        yield return ("delete login profile", async () =>
        {
            Assert.True(await Iam.HasLoginProfileAsync("u", Cancel));
            await Iam.DeleteLoginProfileAsync("u", Cancel);
        }
        );
        yield return ("delete access keys", async () =>
            await Iam.DeleteAccessKeyAsync("u", Assert.Single(await Iam.ListAccessKeysAsync("u", Cancel)).AccessKeyId, Cancel));
        yield return ("delete signing certificates", async () =>
            await Iam.DeleteSigningCertificateAsync("u", Assert.Single(await Iam.ListSigningCertificatesAsync("u", Cancel)), Cancel));
        yield return ("delete MFA device", async () =>
        {
            var device = Assert.Single(await Iam.ListMfaDevicesAsync("u", Cancel));
            Assert.True(device.IsVirtual);
            await Refused(AwsErrorKind.Conflict, "DeleteConflict", () => Iam.DeleteVirtualMfaDeviceAsync(device.SerialNumber, Cancel).AsTask());
            await Iam.DeactivateMfaDeviceAsync("u", device.SerialNumber, Cancel);
            await Iam.DeleteVirtualMfaDeviceAsync(device.SerialNumber, Cancel);
        }
        );
        yield return ("delete SSH public keys", async () =>
            await Iam.DeleteSshPublicKeyAsync("u", Assert.Single(await Iam.ListSshPublicKeysAsync("u", Cancel)), Cancel));
        yield return ("delete service specific credentials", async () =>
            await Iam.DeleteServiceSpecificCredentialAsync("u", Assert.Single(await Iam.ListServiceSpecificCredentialsAsync("u", Cancel)), Cancel));
    }
}
