using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Coffer.Aws.Calls;
using Coffer.Aws.Signing;

namespace Coffer.Aws.Connection;

/// <summary>
/// AWS's default chain as its SDK resolves it: environment, web identity, shared files, container, instance metadata. The SDK refreshes
/// temporary credentials before they end.
/// </summary>
public sealed class DefaultCredentialSource : IAwsCredentialSource
{
    public async ValueTask<AwsCredentials> GetAsync(CancellationToken cancellation)
    {
        try
        {
            var found = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(null).WaitAsync(cancellation).ConfigureAwait(false);
            var keys = await found.GetCredentialsAsync().WaitAsync(cancellation).ConfigureAwait(false);
            return new AwsCredentials(keys.AccessKey, keys.SecretKey, string.IsNullOrEmpty(keys.Token) ? null : keys.Token);
        }
        catch (AmazonClientException error)
        {
            throw new AwsException(
                AwsErrorKind.AccessDenied, "NoCredentials", "credentials",
                "no AWS credentials were found; set access_key and secret_key, or give the server's environment or instance a role",
                inner: error);
        }
    }
}
