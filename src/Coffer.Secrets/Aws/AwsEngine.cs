using System.Collections.Immutable;
using Coffer.Aws.Calls;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Sdk.Tasks;
using Coffer.Secrets.Aws.Configuration;
using Coffer.Secrets.Aws.Credentials;
using Coffer.Secrets.Aws.Roles;

namespace Coffer.Secrets.Aws;

/// <summary>The AWS secrets engine: fresh AWS credentials for each request, gone when their lease ends.</summary>
public sealed class AwsEngine : IEngine
{
    /// <param name="context">The mount's.</param>
    /// <param name="chain">Stands in for AWS's default chain of credentials where <c>config/root</c> has no key; the SDK's when null.</param>
    public AwsEngine(EngineContext context, IAwsCredentialSource? chain = null)
    {
        var account = new AwsAccount(context, chain);
        Secrets = [new AccessKeys(account)];
        Tasks = [new RootRotation(account, context.Clock)];
        Paths =
        [
            RootConfigPath.Path,
            LeaseConfigPath.Path,
            RotateRootPath.Path,
            RolePaths.All,
            RolePaths.One,
            CredentialPaths.Creds,
            CredentialPaths.Sts,
        ];
    }

    /// <summary>What mounts name it by.</summary>
    public static EngineType Type { get; } =
        new("aws", MountClass.Secret, "Makes AWS credentials on demand: IAM users, assumed roles, federation tokens.", context => new AwsEngine(context));

    public ImmutableArray<EnginePath> Paths { get; }

    public ImmutableArray<ISecretKind> Secrets { get; }

    public ImmutableArray<IEngineTask> Tasks { get; }
}
