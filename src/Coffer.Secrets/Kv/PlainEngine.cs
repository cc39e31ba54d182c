using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Secrets.Kv;

/// <summary>kv version 1: one value a key, and a write replaces it whole.</summary>
internal sealed class PlainEngine : IEngine
{
    public ImmutableArray<EnginePath> Paths { get; } =
    [
        new("{path:folder...}", "Keeps one value under each path.")
        {
            Description = "A write replaces the whole value. A field \"ttl\" (or \"lease\") in it is shown as lease_duration: a hint for readers, "
                + "without a lease behind it, so that the mount's maximum does not bound it.",
            TakesAnyInput = true,
            Exists = async (request, cancellation) => await GetAsync(request, cancellation) is not null,
            Read = ReadAsync,
            List = ListAsync,
            Write = Write,
            Delete = Delete,
        },
    ];

    private static async ValueTask<ReadOnlyMemory<byte>?> GetAsync(EngineRequest request, CancellationToken cancellation)
    {
        var path = request.Param("path");
        return path.Length == 0 || path.EndsWith('/') ? null : await request.Storage.GetAsync(PlainEntry.Prefix + path, cancellation);
    }

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (await GetAsync(request, cancellation) is not { } stored)
        {
            return Reply.NotFound;
        }

        var entry = PlainEntry.Decode(stored);
        return new Reply.Data(JsonText.FromValid(entry.Json)) { LeaseHint = entry.Ttl ?? request.Mount.DefaultLeaseTtl };
    }

    private static async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation)
    {
        var path = request.Param("path");
        return Reply.Keys(await request.Storage.ListAsync(path.Length == 0 ? PlainEntry.Prefix : $"{PlainEntry.Prefix}{path}/", cancellation));
    }

    private static ValueTask<Reply> Write(EngineRequest request, CancellationToken cancellation) => ValueTask.FromResult(Write(request));

    private static Reply Write(EngineRequest request)
    {
        var path = request.Param("path");
        if (path.Length == 0)
        {
            return Reply.Invalid("missing path");
        }

        if (request.Data.ValueKind != JsonValueKind.Object || request.Data.GetPropertyCount() == 0)
        {
            return Reply.Invalid("missing data fields");
        }

        if (StoredJson.Take(request.Data) is not { } json)
        {
            return Reply.Invalid("error parsing JSON: the body is not UTF-8");
        }

        request.Storage.Put(PlainEntry.Prefix + path, PlainEntry.Encode(request.Now, request.Data, json));
        return Reply.Done;
    }

    private static ValueTask<Reply> Delete(EngineRequest request, CancellationToken cancellation)
    {
        var path = request.Param("path");
        if (path.Length > 0 && !path.EndsWith('/'))
        {
            request.Storage.Delete(PlainEntry.Prefix + path);
        }

        return ValueTask.FromResult(Reply.Done);
    }
}
