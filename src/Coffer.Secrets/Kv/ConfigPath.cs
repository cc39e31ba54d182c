using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Coffer.Text;

namespace Coffer.Secrets.Kv;

/// <summary><c>config</c>: the settings of the mount.</summary>
internal static class ConfigPath
{
    private static readonly Field<TimeSpan> DeleteVersionAfter = Field.SignedDuration(
        "delete_version_after", "How long a version stays readable: 0 for ever, negative to switch it off for all keys. Whole seconds.");

    public static EnginePath Row { get; } = new("config", "Settings for all keys of this mount.")
    {
        Fields = [VersionLimits.MaxVersions, VersionLimits.CasRequired, DeleteVersionAfter],
        Read = ReadAsync,
        Write = WriteAsync,
        List = KvReplies.WrongPath,
    };

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        var config = await VersionedEngine.ConfigAsync(request, cancellation);
        return Reply.With(json =>
        {
            json.WriteBoolean("cas_required", config.CasRequired);
            json.WriteString("delete_version_after", GoDuration.Format(config.DeleteVersionAfter));
            json.WriteNumber("max_versions", config.MaxVersions);
        });
    }

    private static async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var before = await VersionedEngine.ConfigAsync(request, cancellation);
        var config = before;
        if (request.Has(VersionLimits.MaxVersions))
        {
            config = config with { MaxVersions = request.Get(VersionLimits.MaxVersions) };
            if (VersionLimits.Problem(config.MaxVersions) is { } problem)
            {
                return Reply.Invalid(problem);
            }
        }

        if (request.Has(VersionLimits.CasRequired))
        {
            config = config with { CasRequired = request.Get(VersionLimits.CasRequired) };
        }

        if (request.Has(DeleteVersionAfter))
        {
            var after = VersionLimits.WholeSeconds(request.Get(DeleteVersionAfter));
            config = config with { DeleteVersionAfter = after < TimeSpan.Zero ? TimeSpan.FromSeconds(-1) : after };
        }

        if (config != before)
        {
            request.Storage.Put(KvConfig.Entry, config, KvJson.Default.KvConfig);
        }

        return Reply.Done;
    }
}
