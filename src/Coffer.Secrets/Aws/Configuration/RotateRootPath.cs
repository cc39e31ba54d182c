using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Text;

namespace Coffer.Secrets.Aws.Configuration;

/// <summary>The path <c>config/rotate-root</c>: replaces the mount's own key by one that only the server knows.</summary>
internal static class RotateRootPath
{
    public static EnginePath Path { get; } = new("config/rotate-root", "Replaces the access key of config/root by a new one that nobody else has, and deletes the old one.")
    {
        Write = WriteAsync,
    };

    private static async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var config = await request.Storage.GetAsync(RootConfig.Key, AwsJson.Default.RootConfig, cancellation);
        if (config is null)
        {
            return Reply.Refuse(ErrorKind.Internal, GoText.Errors(["no configuration found for config/root"]));
        }

        if (config.IsHalf())
        {
            return Reply.Refuse(ErrorKind.Internal, GoText.Errors([RootConfig.HalfPair]));
        }

        if (config.AccessKey.Length == 0)
        {
            return Reply.Invalid("Cannot call config/rotate-root when either access_key or secret_key is empty");
        }

        // One that was cut off goes on where it stood.
        if (await request.Storage.GetAsync(RootRotationState.Key, AwsJson.Default.RootRotationState, cancellation) is null)
        {
            request.Storage.Put(RootRotationState.Key, new RootRotationState { OldKeyId = config.AccessKey }, AwsJson.Default.RootRotationState);
        }

        return new Reply.Run(RootRotation.TaskName);
    }
}
