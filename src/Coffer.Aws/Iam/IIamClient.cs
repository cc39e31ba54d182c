namespace Coffer.Aws.Iam;

/// <summary>The calls of IAM that making, watching and taking away credentials needs.</summary>
/// <remarks>
/// Every method throws <see cref="Calls.AwsException"/> and nothing else, besides cancellation. Calls are repeated when throttled and, where
/// a repetition is harmless, on network and server errors; so a removal that answers NotFound may have been one's own first attempt.
/// Every list is complete: pages are followed to the end.
/// </remarks>
public interface IIamClient
{
    /// <summary>Conflict when the name is taken, in whatever case.</summary>
    ValueTask<IamUser> CreateUserAsync(NewIamUser user, CancellationToken cancellation);

    /// <summary>The user of that name; null asks for the caller's own.</summary>
    ValueTask<IamUser> GetUserAsync(string? userName, CancellationToken cancellation);

    /// <summary>Conflict while anything of the user's is left; see the removals below.</summary>
    ValueTask DeleteUserAsync(string userName, CancellationToken cancellation);

    /// <summary>All users below a path such as <c>/coffer/</c>; <c>/</c> means all. Pages are read as the caller goes on.</summary>
    IAsyncEnumerable<IamUser> ListUsersAsync(string pathPrefix, CancellationToken cancellation);

    ValueTask TagUserAsync(string userName, IReadOnlyDictionary<string, string> tags, CancellationToken cancellation);

    ValueTask UntagUserAsync(string userName, IReadOnlyList<string> tagKeys, CancellationToken cancellation);

    ValueTask DeleteUserPermissionsBoundaryAsync(string userName, CancellationToken cancellation);

    /// <summary>Adds or replaces an inline policy. All inline policies of a user share 2,048 characters, white space not counted.</summary>
    ValueTask PutUserPolicyAsync(string userName, string policyName, string document, CancellationToken cancellation);

    /// <summary>The document as JSON.</summary>
    ValueTask<string> GetUserPolicyAsync(string userName, string policyName, CancellationToken cancellation);

    ValueTask DeleteUserPolicyAsync(string userName, string policyName, CancellationToken cancellation);

    ValueTask<IReadOnlyList<string>> ListUserPoliciesAsync(string userName, CancellationToken cancellation);

    ValueTask AttachUserPolicyAsync(string userName, string policyArn, CancellationToken cancellation);

    ValueTask DetachUserPolicyAsync(string userName, string policyArn, CancellationToken cancellation);

    ValueTask<IReadOnlyList<IamAttachedPolicy>> ListAttachedUserPoliciesAsync(string userName, CancellationToken cancellation);

    ValueTask AddUserToGroupAsync(string userName, string groupName, CancellationToken cancellation);

    ValueTask RemoveUserFromGroupAsync(string userName, string groupName, CancellationToken cancellation);

    ValueTask<IReadOnlyList<IamGroup>> ListGroupsForUserAsync(string userName, CancellationToken cancellation);

    /// <summary>
    /// Makes a key. Not repeated when the outcome is unknown, since each repetition could leave one more live key: the caller lists the
    /// user's keys and removes what it did not get. Null means the caller's own user.
    /// </summary>
    ValueTask<IamNewAccessKey> CreateAccessKeyAsync(string? userName, CancellationToken cancellation);

    ValueTask UpdateAccessKeyAsync(string? userName, string accessKeyId, bool active, CancellationToken cancellation);

    ValueTask DeleteAccessKeyAsync(string? userName, string accessKeyId, CancellationToken cancellation);

    ValueTask<IReadOnlyList<IamAccessKey>> ListAccessKeysAsync(string? userName, CancellationToken cancellation);

    ValueTask<IamAccessKeyUse> GetAccessKeyLastUsedAsync(string accessKeyId, CancellationToken cancellation);

    /// <summary>Whether the user has a console password.</summary>
    ValueTask<bool> HasLoginProfileAsync(string userName, CancellationToken cancellation);

    ValueTask DeleteLoginProfileAsync(string userName, CancellationToken cancellation);

    ValueTask<IReadOnlyList<IamMfaDevice>> ListMfaDevicesAsync(string userName, CancellationToken cancellation);

    ValueTask DeactivateMfaDeviceAsync(string userName, string serialNumber, CancellationToken cancellation);

    ValueTask DeleteVirtualMfaDeviceAsync(string serialNumber, CancellationToken cancellation);

    /// <summary>Ids of the user's SSH public keys.</summary>
    ValueTask<IReadOnlyList<string>> ListSshPublicKeysAsync(string userName, CancellationToken cancellation);

    ValueTask DeleteSshPublicKeyAsync(string userName, string keyId, CancellationToken cancellation);

    /// <summary>Ids of the user's signing certificates.</summary>
    ValueTask<IReadOnlyList<string>> ListSigningCertificatesAsync(string userName, CancellationToken cancellation);

    ValueTask DeleteSigningCertificateAsync(string userName, string certificateId, CancellationToken cancellation);

    /// <summary>Ids of the user's service-specific credentials (CodeCommit, Keyspaces and the like).</summary>
    ValueTask<IReadOnlyList<string>> ListServiceSpecificCredentialsAsync(string userName, CancellationToken cancellation);

    ValueTask DeleteServiceSpecificCredentialAsync(string userName, string credentialId, CancellationToken cancellation);

    ValueTask<IReadOnlyList<IamAttachedPolicy>> ListAttachedGroupPoliciesAsync(string groupName, CancellationToken cancellation);

    ValueTask<IReadOnlyList<string>> ListGroupPoliciesAsync(string groupName, CancellationToken cancellation);

    /// <summary>The document as JSON.</summary>
    ValueTask<string> GetGroupPolicyAsync(string groupName, string policyName, CancellationToken cancellation);

    ValueTask<IamRole> GetRoleAsync(string roleName, CancellationToken cancellation);
}
