using System.Collections.Immutable;
using Coffer.Sdk.Engines;

namespace Coffer.Secrets.Kv;

/// <summary>kv version 2: every write of a key makes a new version; deleted versions can be brought back until they are destroyed.</summary>
internal sealed class VersionedEngine : IEngine
{
    public ImmutableArray<EnginePath> Paths { get; } =
    [
        ConfigPath.Row,
        DataPaths.Data,
        DataPaths.Shape,
        MetadataPath.Row,
        VersionPaths.Delete,
        VersionPaths.Undelete,
        VersionPaths.Destroy,
        new("{path:folder...}", "Tells which path to use, where a client takes this mount for version 1.")
        {
            Undocumented = true,
            TakesAnyInput = true,
            Read = KvReplies.WrongPath,
            List = KvReplies.WrongPath,
            Write = KvReplies.WrongPath,
            Patch = KvReplies.WrongPath,
            Delete = KvReplies.WrongPath,
        },
    ];

    public static async ValueTask<KvConfig> ConfigAsync(EngineRequest request, CancellationToken cancellation) =>
        await request.Storage.GetAsync(KvConfig.Entry, KvJson.Default.KvConfig, cancellation) ?? KvConfig.Default;

    /// <summary>The key that the path names, or null when it names none: the root, or a folder.</summary>
    public static KeyStore? StoreOf(EngineRequest request)
    {
        var path = request.Param("path");
        return path.Length == 0 || path.EndsWith('/') ? null : new KeyStore(request.Storage, path);
    }

    /// <summary>Whether a write is an update: the key is there, even if all its versions are deleted.</summary>
    public static async ValueTask<bool> ExistsAsync(EngineRequest request, CancellationToken cancellation) =>
        StoreOf(request) is { } store && await store.LoadAsync(cancellation) is not null;
}
