using Coffer.Aws.Signing;

namespace Coffer.Aws.Calls;

/// <summary>Where the credentials of the next call come from; asked before each attempt, so that temporary ones may change.</summary>
public interface IAwsCredentialSource
{
    /// <summary>Throws <see cref="AwsException"/> of kind AccessDenied when there are none.</summary>
    ValueTask<AwsCredentials> GetAsync(CancellationToken cancellation);
}

/// <summary>One fixed key pair.</summary>
public sealed class StaticCredentialSource(AwsCredentials credentials) : IAwsCredentialSource
{
    public ValueTask<AwsCredentials> GetAsync(CancellationToken cancellation) => ValueTask.FromResult(credentials);
}
