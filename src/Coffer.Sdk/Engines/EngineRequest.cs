using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;

namespace Coffer.Sdk.Engines;

/// <summary>A request as an engine sees it: authorised, routed, its fields parsed. It carries no token.</summary>
public class EngineRequest
{
    /// <summary>Unique; the same in the reply and in the audit log.</summary>
    public required string Id { get; init; }

    public required Operation Operation { get; init; }

    /// <summary>Canonical path below the mount: to the character, what was authorised. It ends in a slash only where it names a folder.</summary>
    public required string Path { get; init; }

    /// <summary>The mount's path, its limits and its options.</summary>
    public required MountView Mount { get; init; }

    /// <summary>Who asks; <see cref="CallerView.None"/> on a path that needs no token.</summary>
    public required CallerView Caller { get; init; }

    /// <summary>This mount's part of the store, inside the request's unit of work.</summary>
    public required IStorageView Storage { get; init; }

    /// <summary>The moment the request is judged by: one for the whole request.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The values of the declared fields.</summary>
    public required FieldValues Fields { get; init; }

    /// <summary>All that the client sent: a JSON object (the body, or the query string), or <c>default</c> when there was nothing.</summary>
    public JsonElement Data { get; init; }

    /// <summary>
    /// The id that a lease planned by this request will have. Its last part begins with time and is unguessable, so names at outside systems can be
    /// derived from it.
    /// </summary>
    public string LeaseId { get; init; } = "";

    /// <summary>
    /// The moment that no renewal takes the owner of a lease beyond, and so no lease that this request plans. Null where there is none, or where nobody owns it.
    /// </summary>
    public DateTimeOffset? OwnerEnd { get; init; }

    /// <summary>Request headers that the mount asked for with <c>passthrough_request_headers</c>. Never credentials.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Headers { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>What earlier runs of the handler for this request have worked out.</summary>
    public RequestMemory Memory { get => field ??= new RequestMemory(); init; }

    /// <summary>The client's address, without the port; empty on a unix socket.</summary>
    public string RemoteAddress { get; init; } = "";

    /// <summary>The value of a field: what the client sent, or the field's default.</summary>
    public T Get<T>(Field<T> field) => Fields.Get(field);

    /// <summary>True when the client sent the field.</summary>
    public bool Has(Field field) => Fields.Has(field);

    /// <summary>The text of a path parameter, canonical.</summary>
    public string Param(string name) => Fields.Param(name);

    /// <summary>A name as the client spelled it, before it was folded: for showing, never for looking anything up.</summary>
    public string Spelling(Field<string> field) => Fields.Spelling(field);
}

/// <summary>What an engine may know of its mount.</summary>
/// <param name="Path">Canonical, with a slash at the end: <c>aws/</c>, <c>auth/userpass/</c>.</param>
/// <param name="DefaultLeaseTtl">The effective default: the mount's own, else the system's.</param>
/// <param name="MaxLeaseTtl">The effective maximum: the mount's own, else the system's.</param>
public sealed record MountView(
    string Path, string Accessor, string Type, TimeSpan DefaultLeaseTtl, TimeSpan MaxLeaseTtl, ImmutableDictionary<string, string> Options);

/// <summary>What an engine may know of the caller. Nothing here lets it act as the caller.</summary>
/// <param name="Scope">
/// A stable, unguessable id of the token itself, for what is kept per token (cubbyholes). Empty for a caller without a token of its own.
/// </param>
public sealed record CallerView(
    string DisplayName, string Accessor, string Scope, string EntityId, ImmutableArray<string> Policies, bool IsBatch)
{
    /// <summary>Nobody: a request that carried no token.</summary>
    public static CallerView None { get; } = new("", "", "", "", [], IsBatch: false);
}
