using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Secrets.Kv;

/// <summary><c>delete/</c>, <c>undelete/</c> and <c>destroy/</c>: what is done to single versions of a key.</summary>
internal static class VersionPaths
{
    private static readonly Field<ImmutableArray<long>> Versions =
        Field.CountList("versions", "Numbers of the versions. Those that are not there are passed over.");

    public static EnginePath Delete { get; } = new("delete/{path:folder...}", "Deletes versions; undelete brings them back.")
    {
        Fields = [Versions],
        Write = (request, cancellation) => ChangeAsync(request, "No version number provided", DeleteAsync, cancellation),
    };

    public static EnginePath Undelete { get; } = new("undelete/{path:folder...}", "Brings deleted versions back.")
    {
        Fields = [Versions],
        Write = (request, cancellation) => ChangeAsync(request, "No version number provided", UndeleteAsync, cancellation),
    };

    public static EnginePath Destroy { get; } = new("destroy/{path:folder...}", "Removes the data of versions for good.")
    {
        Fields = [Versions],
        Write = (request, cancellation) => ChangeAsync(request, "no version number provided", DestroyAsync, cancellation),
    };

    private delegate ValueTask VersionChange(EngineRequest request, KeyStore store, StoredKey stored, CancellationToken cancellation);

    private static async ValueTask<Reply> ChangeAsync(
        EngineRequest request, string noVersions, VersionChange change, CancellationToken cancellation)
    {
        if (VersionedEngine.StoreOf(request) is not { } store)
        {
            return KvReplies.NoKey(request);
        }

        if (request.Get(Versions).IsEmpty)
        {
            return Reply.Invalid(noVersions);
        }

        if (await store.LoadAsync(cancellation) is { } stored)
        {
            await change(request, store, stored, cancellation);
        }

        return Reply.Done;
    }

    private static ValueTask DeleteAsync(EngineRequest request, KeyStore store, StoredKey stored, CancellationToken cancellation)
    {
        var now = request.Now;
        store.Change(stored, now, key => key.Change(
            request.Get(Versions), version => version.IsReadable(now) ? version with { Deletion = now } : version));
        return ValueTask.CompletedTask;
    }

    private static async ValueTask UndeleteAsync(EngineRequest request, KeyStore store, StoredKey stored, CancellationToken cancellation)
    {
        var config = await VersionedEngine.ConfigAsync(request, cancellation);
        var deletion = config.DeletionOf(request.Now, stored.Key.DeleteVersionAfter);
        store.Change(stored, request.Now, key => key.Change(
            request.Get(Versions), version => version.Destroyed ? version : version with { Deletion = deletion }));
    }

    private static ValueTask DestroyAsync(EngineRequest request, KeyStore store, StoredKey stored, CancellationToken cancellation)
    {
        store.Destroy(stored, request.Now, request.Get(Versions));
        return ValueTask.CompletedTask;
    }
}
