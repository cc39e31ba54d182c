using Coffer.Aws.Calls;

namespace Coffer.Aws.Iam;

/// <summary>What DeleteUser wants gone first, besides keys, policies and groups.</summary>
public sealed partial class IamClient
{
    /// <summary>Whether the user has a console password.</summary>
    public async ValueTask<bool> HasLoginProfileAsync(string userName, CancellationToken cancellation)
    {
        try
        {
            await DoAsync("GetLoginProfile", Of("UserName", userName), cancellation).ConfigureAwait(false);
            return true;
        }
        catch (AwsException error) when (error.Kind == AwsErrorKind.NotFound)
        {
            return false;
        }
    }

    public ValueTask DeleteLoginProfileAsync(string userName, CancellationToken cancellation) =>
        DoAsync("DeleteLoginProfile", Of("UserName", userName), cancellation);

    public ValueTask<IReadOnlyList<IamMfaDevice>> ListMfaDevicesAsync(string userName, CancellationToken cancellation) =>
        ListAsync("ListMFADevices", Of("UserName", userName), "MFADevices", static x => new IamMfaDevice(x.Must("SerialNumber")), cancellation);

    public ValueTask DeactivateMfaDeviceAsync(string userName, string serialNumber, CancellationToken cancellation) =>
        DoAsync("DeactivateMFADevice", Of("UserName", userName).Add("SerialNumber", serialNumber), cancellation);

    public ValueTask DeleteVirtualMfaDeviceAsync(string serialNumber, CancellationToken cancellation) =>
        DoAsync("DeleteVirtualMFADevice", Of("SerialNumber", serialNumber), cancellation);

    /// <summary>Ids of the user's SSH public keys.</summary>
    public ValueTask<IReadOnlyList<string>> ListSshPublicKeysAsync(string userName, CancellationToken cancellation) =>
        ListAsync("ListSSHPublicKeys", Of("UserName", userName), "SSHPublicKeys", static x => x.Must("SSHPublicKeyId"), cancellation);

    public ValueTask DeleteSshPublicKeyAsync(string userName, string keyId, CancellationToken cancellation) =>
        DoAsync("DeleteSSHPublicKey", Of("UserName", userName).Add("SSHPublicKeyId", keyId), cancellation);

    /// <summary>Ids of the user's signing certificates.</summary>
    public ValueTask<IReadOnlyList<string>> ListSigningCertificatesAsync(string userName, CancellationToken cancellation) =>
        ListAsync("ListSigningCertificates", Of("UserName", userName), "Certificates", static x => x.Must("CertificateId"), cancellation);

    public ValueTask DeleteSigningCertificateAsync(string userName, string certificateId, CancellationToken cancellation) =>
        DoAsync("DeleteSigningCertificate", Of("UserName", userName).Add("CertificateId", certificateId), cancellation);

    /// <summary>Ids of the user's service-specific credentials (CodeCommit, Keyspaces and the like).</summary>
    public ValueTask<IReadOnlyList<string>> ListServiceSpecificCredentialsAsync(string userName, CancellationToken cancellation) =>
        ListAsync(
            "ListServiceSpecificCredentials", Of("UserName", userName), "ServiceSpecificCredentials",
            static x => x.Must("ServiceSpecificCredentialId"), cancellation);

    public ValueTask DeleteServiceSpecificCredentialAsync(string userName, string credentialId, CancellationToken cancellation) =>
        DoAsync(
            "DeleteServiceSpecificCredential", Of("UserName", userName).Add("ServiceSpecificCredentialId", credentialId), cancellation);
}
