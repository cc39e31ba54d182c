using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;

namespace Coffer.Sdk.Engines;

/// <summary>What an engine sees of a request wherever it sees one: authorised, routed, its fields parsed. It carries no token.</summary>
public abstract class RequestView
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

    /// <summary>The moment the request is judged by: one for the whole request.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The values of the declared fields.</summary>
    public required FieldValues Fields { get; init; }

    /// <summary>All that the client sent: a JSON object (the body, or the query string), or <c>default</c> when there was nothing.</summary>
    public JsonElement Data { get; init; }

    /// <summary>Request headers that the mount asked for with <c>passthrough_request_headers</c>. Never credentials.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Headers { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;

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
