using Coffer.Aws.Calls;
using Coffer.Aws.Iam;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>Removes everything that is attached to an IAM user, also what others attached. What is gone already counts as success.</summary>
internal sealed class UserParts(IamClient iam, string userName)
{
    public async ValueTask RemoveKeysAsync(CancellationToken cancellation)
    {
        foreach (var key in await ListAsync(iam.ListAccessKeysAsync(userName, cancellation)))
        {
            await RemoveAsync(iam.DeleteAccessKeyAsync(userName, key.AccessKeyId, cancellation));
        }
    }

    /// <summary>Groups and policies. The policy with the hard end goes last, so that no right outlives it.</summary>
    /// <param name="role">Name of the role's own inline policy, which may hold the hard end.</param>
    public async ValueTask RemoveRightsAsync(string role, CancellationToken cancellation)
    {
        foreach (var group in await ListAsync(iam.ListGroupsForUserAsync(userName, cancellation)))
        {
            await RemoveAsync(iam.RemoveUserFromGroupAsync(userName, group.GroupName, cancellation));
        }

        foreach (var policy in await ListAsync(iam.ListAttachedUserPoliciesAsync(userName, cancellation)))
        {
            await RemoveAsync(iam.DetachUserPolicyAsync(userName, policy.PolicyArn, cancellation));
        }

        var names = await ListAsync(iam.ListUserPoliciesAsync(userName, cancellation));
        foreach (var name in names.OrderBy(name => name == InlinePolicies.NameOf(role) ? 1 : name.StartsWith(InlinePolicies.HardEndName, StringComparison.Ordinal) ? 2 : 0))
        {
            await RemoveAsync(iam.DeleteUserPolicyAsync(userName, name, cancellation));
        }
    }

    /// <summary>All else that keeps a user from being deleted. This engine makes none of it: only hands do.</summary>
    public async ValueTask RemoveExtrasAsync(CancellationToken cancellation)
    {
        await RemoveAsync(iam.DeleteLoginProfileAsync(userName, cancellation));
        foreach (var device in await ListAsync(iam.ListMfaDevicesAsync(userName, cancellation)))
        {
            await RemoveAsync(iam.DeactivateMfaDeviceAsync(userName, device.SerialNumber, cancellation));
            if (device.IsVirtual)
            {
                await RemoveAsync(iam.DeleteVirtualMfaDeviceAsync(device.SerialNumber, cancellation));
            }
        }

        foreach (var id in await ListAsync(iam.ListSshPublicKeysAsync(userName, cancellation)))
        {
            await RemoveAsync(iam.DeleteSshPublicKeyAsync(userName, id, cancellation));
        }

        foreach (var id in await ListAsync(iam.ListSigningCertificatesAsync(userName, cancellation)))
        {
            await RemoveAsync(iam.DeleteSigningCertificateAsync(userName, id, cancellation));
        }

        foreach (var id in await ListAsync(iam.ListServiceSpecificCredentialsAsync(userName, cancellation)))
        {
            await RemoveAsync(iam.DeleteServiceSpecificCredentialAsync(userName, id, cancellation));
        }

        await RemoveAsync(iam.DeleteUserPermissionsBoundaryAsync(userName, cancellation));
    }

    private static async ValueTask RemoveAsync(ValueTask removal)
    {
        try
        {
            await removal;
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.NotFound)
        {
            // Gone is what was wanted.
        }
    }

    private static async ValueTask<IReadOnlyList<T>> ListAsync<T>(ValueTask<IReadOnlyList<T>> list)
    {
        try
        {
            return await list;
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.NotFound)
        {
            return [];
        }
    }
}
