using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Kv;

namespace Coffer.Secrets.Cubbyhole;

/// <summary>A store of its own for each token: nobody else sees it, and it ends with the token.</summary>
public sealed class CubbyholeEngine : IEngine
{
    private const string Deprecated =
        "Reading from 'cubbyhole/response' is deprecated. Please use sys/wrapping/unwrap to unwrap responses, as it provides additional "
        + "security checks and other benefits.";

    private CubbyholeEngine()
    {
    }

    /// <summary><c>cubbyhole</c>. The kernel mounts it once; clients cannot.</summary>
    public static EngineType Type { get; } =
        new("cubbyhole", MountClass.Secret, "A private store for each token.", _ => new CubbyholeEngine());

    public ImmutableArray<EnginePath> Paths { get; } =
    [
        new("{path:folder...}", "Keeps values that only this token can read.")
        {
            Description = "What is written here is gone when the token expires or is revoked. A write replaces the whole value.",
            TakesAnyInput = true,
            Exists = ExistsAsync,
            Read = ReadAsync,
            List = ListAsync,
            Write = Write,
            Delete = Delete,
        },
    ];

    /// <summary>Where the mount's store keeps what belongs to one token: everything below is to be deleted when the token ends.</summary>
    /// <param name="scope">The token's <see cref="CallerView.Scope"/>.</param>
    /// <returns>A prefix that ends in a slash.</returns>
    /// <exception cref="ArgumentException">The scope is empty or no single segment: its prefix would be another's.</exception>
    public static string PrefixOf(string scope) => scope.Length > 0 && !scope.Contains('/')
        ? scope + "/"
        : throw new ArgumentException("a cubbyhole needs a scope of one segment", nameof(scope));

    /// <summary>The entry that a value has in the mount's store, for a kernel that puts a wrapped reply into a wrapping token's cubbyhole.</summary>
    /// <param name="path">As the token's holder would name it: <c>response</c>.</param>
    public static string EntryOf(string scope, string path) => PrefixOf(scope) + path;

    private static async ValueTask<bool> ExistsAsync(EngineRequest request, CancellationToken cancellation) =>
        Refusal(request) is null && await GetAsync(request, cancellation) is not null;

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (Refusal(request) is { } refusal)
        {
            return refusal;
        }

        if (await GetAsync(request, cancellation) is not { } stored)
        {
            return Reply.NotFound;
        }

        var isWrapped = request.Param("path") == "response" && request.Caller.Policies is ["response-wrapping"];
        return new Reply.Data(JsonText.FromValid(stored)) { Warnings = isWrapped ? [Deprecated] : [] };
    }

    private static async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (Refusal(request) is { } refusal)
        {
            return refusal;
        }

        var folder = request.Param("path") is { Length: > 0 } path ? path + "/" : "";
        return Reply.Keys(await request.Storage.ListAsync(PrefixOf(request.Caller.Scope) + folder, cancellation));
    }

    private static ValueTask<Reply> Write(EngineRequest request, CancellationToken cancellation) =>
        ValueTask.FromResult(Refusal(request) ?? Write(request));

    private static Reply Write(EngineRequest request)
    {
        if (request.Param("path").Length == 0)
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

        request.Storage.Put(EntryOf(request.Caller.Scope, request.Param("path")), json);
        return Reply.Done;
    }

    private static ValueTask<Reply> Delete(EngineRequest request, CancellationToken cancellation)
    {
        if (Refusal(request) is { } refusal)
        {
            return ValueTask.FromResult(refusal);
        }

        if (NamesValue(request))
        {
            request.Storage.Delete(EntryOf(request.Caller.Scope, request.Param("path")));
        }

        return ValueTask.FromResult(Reply.Done);
    }

    private static async ValueTask<ReadOnlyMemory<byte>?> GetAsync(EngineRequest request, CancellationToken cancellation) =>
        NamesValue(request) ? await request.Storage.GetAsync(EntryOf(request.Caller.Scope, request.Param("path")), cancellation) : null;

    /// <summary>False for the root, and for a folder.</summary>
    private static bool NamesValue(EngineRequest request) => request.Param("path") is { Length: > 0 } path && !path.EndsWith('/');

    private static Reply? Refusal(EngineRequest request) => request.Caller switch
    {
        { IsBatch: true } => Reply.Invalid("cubbyhole operations are only supported by \"service\" type tokens"),
        { Scope: "" } => new Reply.Refused(ApiError.PermissionDenied),
        _ => null,
    };
}
