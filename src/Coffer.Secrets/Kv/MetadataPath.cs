using System.Text;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Secrets.Kv;

/// <summary><c>metadata/</c>: a key's settings and labels, its versions, and the listing of keys.</summary>
internal static class MetadataPath
{
    private static readonly Field<TimeSpan> DeleteVersionAfter = Field.Duration(
        "delete_version_after", "How long a version stays readable; 0 leaves it to the mount. The shorter of the two counts. Whole seconds.");

    private static readonly Field<JsonElement> Labels = Field.Object("custom_metadata", "The user's own labels: text by name.");

    private static readonly Field<bool> ExcludeDeleted = Field.Boolean("exclude_deleted", "Leave out of a listing keys whose newest version is deleted.");

    public static EnginePath Row { get; } = new("metadata/{path:folder...}", "Settings and versions of a key, and the listing of keys.")
    {
        Description = "A delete removes the key with all its versions, for good.",
        Fields = [VersionLimits.MaxVersions, VersionLimits.CasRequired, DeleteVersionAfter, Labels, ExcludeDeleted],
        Query = [ExcludeDeleted],
        Exists = VersionedEngine.ExistsAsync,
        Read = ReadAsync,
        List = ListAsync,
        Write = (request, cancellation) => ChangeAsync(request, patching: false, cancellation),
        Patch = (request, cancellation) => ChangeAsync(request, patching: true, cancellation),
        Delete = DeleteAsync,
    };

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (VersionedEngine.StoreOf(request) is not { } store)
        {
            return KvReplies.NoKey(request);
        }

        return await store.LoadAsync(cancellation) is { } stored ? KvReplies.Metadata(stored.Key) : Reply.NotFound;
    }

    private static async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation)
    {
        var folder = request.Param("path") is { Length: > 0 } path ? path + "/" : "";
        var keys = Merge(
            await request.Storage.ListAsync(KeyStore.MetaPrefix + folder, cancellation),
            await request.Storage.ListAsync(PlainEntry.Prefix + folder, cancellation));
        if (!request.Get(ExcludeDeleted))
        {
            return Reply.Keys(keys);
        }

        var kept = new List<string>(keys.Count);
        foreach (var key in keys)
        {
            if (key.EndsWith('/') || !await IsDeletedAsync(request, folder + key, cancellation))
            {
                kept.Add(key);
            }
        }

        return Reply.Keys(kept);
    }

    private static async ValueTask<Reply> ChangeAsync(EngineRequest request, bool patching, CancellationToken cancellation)
    {
        if (VersionedEngine.StoreOf(request) is not { } store)
        {
            return KvReplies.NoKey(request);
        }

        var names = new Field[] { VersionLimits.MaxVersions, VersionLimits.CasRequired, DeleteVersionAfter, Labels };
        if (!patching && !names.Any(request.Has))
        {
            return Reply.Done;
        }

        var stored = await store.LoadAsync(cancellation);
        if (patching && stored is null)
        {
            return Reply.NotFound;
        }

        var before = stored?.Key ?? new KvKey { Created = request.Now, Updated = request.Now };
        if (Apply(request, before, patching, out var after) is { } refusal)
        {
            return refusal;
        }

        store.Change(stored, request.Now, settled => ReferenceEquals(after, before) ? settled : after with { Versions = settled.Versions });
        var config = await VersionedEngine.ConfigAsync(request, cancellation);
        return config.CasRequired && request.Has(VersionLimits.CasRequired) && !after.CasRequired
            ? new Reply.Empty { Warnings = [VersionLimits.MandatedWarning] }
            : Reply.Done;
    }

    /// <summary>The settings that were sent, on top of those there; a patch may set one to null to take it back.</summary>
    private static Reply? Apply(EngineRequest request, KvKey before, bool patching, out KvKey after)
    {
        after = before;
        if (Wants(VersionLimits.MaxVersions))
        {
            after = after with { MaxVersions = request.Get(VersionLimits.MaxVersions) };
            if (VersionLimits.Problem(after.MaxVersions) is { } problem)
            {
                return Reply.Invalid(problem);
            }
        }

        if (Wants(VersionLimits.CasRequired))
        {
            after = after with { CasRequired = request.Get(VersionLimits.CasRequired) };
        }

        if (Wants(DeleteVersionAfter))
        {
            after = after with { DeleteVersionAfter = VersionLimits.WholeSeconds(request.Get(DeleteVersionAfter)) };
        }

        if (request.Has(Labels))
        {
            var labels = patching ? before.CustomMetadata ?? CustomMetadata.None : CustomMetadata.None;
            if (CustomMetadata.Parse(request.Get(Labels), labels, patching, out var changed) is { } refusal)
            {
                return refusal;
            }

            after = after with { CustomMetadata = changed };
        }
        else if (Wants(Labels))
        {
            after = after with { CustomMetadata = null };
        }

        return null;

        bool Wants(Field field) => request.Has(field) || (patching && request.Data.ValueKind == JsonValueKind.Object
            && request.Data.TryGetProperty(field.Name, out var sent) && sent.ValueKind == JsonValueKind.Null);
    }

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (VersionedEngine.StoreOf(request) is not { } store)
        {
            return KvReplies.NoKey(request);
        }

        if (await store.LoadAsync(cancellation) is { } stored)
        {
            store.Remove(stored);
        }

        return Reply.Done;
    }

    private static async ValueTask<bool> IsDeletedAsync(EngineRequest request, string path, CancellationToken cancellation) =>
        await new KeyStore(request.Storage, path).LoadAsync(cancellation) is { } stored
            && stored.Key.Find(stored.Key.CurrentVersion) is { } newest && !newest.IsReadable(request.Now);

    /// <summary>Two listings in order of bytes as one; what both have occurs once.</summary>
    private static IReadOnlyList<string> Merge(IReadOnlyList<string> keys, IReadOnlyList<string> plain)
    {
        if (plain.Count == 0 || keys.Count == 0)
        {
            return plain.Count == 0 ? keys : plain;
        }

        return [.. keys.Union(plain, StringComparer.Ordinal).OrderBy(key => key, Utf8Order)];
    }

    private static readonly IComparer<string> Utf8Order = Comparer<string>.Create(
        (one, other) => Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other)));
}
