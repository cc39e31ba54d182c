using System.Globalization;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Secrets.Kv;

/// <summary><c>data/</c>: the secrets themselves; <c>subkeys/</c>: their shape.</summary>
internal static class DataPaths
{
    private static readonly Field<long> Version = Field.Integer("version", "The version to read; 0 for the newest.");

    private static readonly Field<JsonElement> Options = Field.Object(
        "options", "\"cas\": the write is allowed only if this is the current version; 0 only if the key does not exist.", Field.Integer("cas", "The current version."));

    private static readonly Field<JsonElement> Value = Field.Object("data", "The secret: stored as it is, and given back on read.");

    private static readonly Field<long> Depth = Field.Integer("depth", "Levels of names to show; 0 shows all.");

    public static EnginePath Data { get; } = new("data/{path:folder...}", "Reads, writes and deletes a secret.")
    {
        Description = "A write makes a new version. A delete marks the newest one only; it can be undone. PATCH merges into the newest version.",
        Fields = [Version, Options, Value],
        Query = [Version],
        Exists = VersionedEngine.ExistsAsync,
        Read = (request, cancellation) => ReadAsync(request, "data", data => data, cancellation),
        Write = WriteAsync,
        Patch = PatchAsync,
        Delete = DeleteAsync,
    };

    public static EnginePath Shape { get; } = new("subkeys/{path:folder...}", "Shows the names in a secret, with null for every value.")
    {
        Fields = [Version, Depth],
        Read = (request, cancellation) => request.Param("path").Length == 0 && !request.Path.EndsWith('/')
            ? KvReplies.WrongPath(request, cancellation)
            : ReadAsync(request, "subkeys", data => ShapeOf(data, request.Get(Depth)), cancellation),
    };

    private static async ValueTask<Reply> ReadAsync(
        EngineRequest request, string name, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> show, CancellationToken cancellation)
    {
        if (VersionedEngine.StoreOf(request) is not { } store)
        {
            return KvReplies.NoKey(request);
        }

        if (IsEmptyText(request, Version.Name))
        {
            return Reply.Invalid("Field validation failed: error converting input for field \"version\": expected a whole number");
        }

        if (await store.LoadAsync(cancellation) is not { } stored)
        {
            return Reply.NotFound;
        }

        var number = request.Get(Version) is > 0 and var asked ? asked : stored.Key.CurrentVersion;
        if (stored.Key.Find(number) is not { } version)
        {
            return Reply.NotFound;
        }

        return version.IsReadable(request.Now)
            ? KvReplies.Read(name, show(await store.ReadDataAsync(stored, number, cancellation)), stored.Key, number)
            : KvReplies.Read(name, null, stored.Key, number);
    }

    private static async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (VersionedEngine.StoreOf(request) is not { } store)
        {
            return KvReplies.NoKey(request);
        }

        if (!request.Has(Value) && !IsNull(request, Value.Name))
        {
            return Reply.Invalid("no data provided");
        }

        // Null is a secret without fields.
        if ((request.Has(Value) ? StoredJson.Take(request.Get(Value)) : "{}"u8.ToArray()) is not { } data)
        {
            return Reply.Invalid("error parsing JSON: the data is not UTF-8");
        }

        var config = await VersionedEngine.ConfigAsync(request, cancellation);
        var stored = await store.LoadAsync(cancellation);
        return CheckAndSet(request, config, stored?.Key) ?? Add(request, store, config, stored, data);
    }

    private static async ValueTask<Reply> PatchAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (VersionedEngine.StoreOf(request) is not { } store)
        {
            return KvReplies.NoKey(request);
        }

        if (!request.Has(Value))
        {
            return Reply.Invalid("no data provided");
        }

        if (StoredJson.Take(request.Get(Value)) is null)
        {
            return Reply.Invalid("error parsing JSON: the data is not UTF-8");
        }

        if (await store.LoadAsync(cancellation) is not { } stored)
        {
            return Reply.NotFound;
        }

        var config = await VersionedEngine.ConfigAsync(request, cancellation);
        if (CheckAndSet(request, config, stored.Key) is { } refusal)
        {
            return refusal;
        }

        var current = stored.Key.CurrentVersion;
        if (stored.Key.Find(current) is not { } version)
        {
            return Reply.NotFound;
        }

        if (!version.IsReadable(request.Now))
        {
            return KvReplies.Version(stored.Key, current, status: 404);
        }

        using var before = JsonDocument.Parse(await store.ReadDataAsync(stored, current, cancellation));
        return Add(request, store, config, stored, MergePatch.Apply(before.RootElement, request.Get(Value)));
    }

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (VersionedEngine.StoreOf(request) is not { } store)
        {
            return KvReplies.NoKey(request);
        }

        var now = request.Now;
        if (await store.LoadAsync(cancellation) is { } stored && stored.Key.Find(stored.Key.CurrentVersion) is { } version && version.IsReadable(now))
        {
            store.Change(stored, now, key => key.Change([key.CurrentVersion], newest => newest with { Deletion = now }));
        }

        return Reply.Done;
    }

    private static Reply.Data Add(EngineRequest request, KeyStore store, KvConfig config, StoredKey? stored, byte[] data)
    {
        var version = new KvVersion
        {
            Created = request.Now,
            Deletion = config.DeletionOf(request.Now, stored?.Key.DeleteVersionAfter ?? TimeSpan.Zero),
        };
        var key = store.Add(stored, version, data, VersionLimits.Window(config.MaxVersions, stored?.Key.MaxVersions ?? 0));
        return KvReplies.Version(key, key.CurrentVersion);
    }

    private static Reply? CheckAndSet(EngineRequest request, KvConfig config, KvKey? key)
    {
        if (request.Get(Options) is { ValueKind: JsonValueKind.Object } options && options.TryGetProperty("cas", out var sent))
        {
            if (!TryWhole(sent, out var expected))
            {
                return Reply.Invalid("error parsing check-and-set parameter");
            }

            return expected == (key?.CurrentVersion ?? 0) ? null : Reply.Invalid("check-and-set parameter did not match the current version");
        }

        return config.CasRequired || key is { CasRequired: true } ? Reply.Invalid("check-and-set parameter required for this call") : null;
    }

    private static bool TryWhole(JsonElement sent, out long number)
    {
        number = 0;
        return sent.ValueKind switch
        {
            JsonValueKind.Number => sent.TryGetInt64(out number),
            JsonValueKind.String => long.TryParse(
                sent.GetRawText().AsSpan().Trim('"'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
    }

    private static ReadOnlyMemory<byte> ShapeOf(ReadOnlyMemory<byte> data, long depth)
    {
        using var document = JsonDocument.Parse(data);
        return Subkeys.Of(document.RootElement, depth);
    }

    private static bool IsNull(EngineRequest request, string name) =>
        request.Data.ValueKind == JsonValueKind.Object && request.Data.TryGetProperty(name, out var sent) && sent.ValueKind == JsonValueKind.Null;

    // A query such as "?version=" is a mistake, where other fields take an empty text for zero.
    private static bool IsEmptyText(EngineRequest request, string name) =>
        request.Data.ValueKind == JsonValueKind.Object && request.Data.TryGetProperty(name, out var sent) &&
        sent.ValueKind == JsonValueKind.String && sent.ValueEquals("");
}
