using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Storage;

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

    /// <summary>
    /// The body as it was sent, where the row takes its content type unparsed (<see cref="EnginePath.RawContentTypes"/>); empty otherwise. Valid while the request
    /// runs.
    /// </summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The content type of <see cref="Body"/>, in lower case and without parameters; empty where there is none.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>
    /// The certificates that the client showed in the TLS handshake, in DER: its own first, then what it sent beside it, in the order sent. That it holds the
    /// key of the first is proved; whether anybody vouches for it is for the engine to judge. Empty without TLS or without a certificate.
    /// </summary>
    public ImmutableArray<ReadOnlyMemory<byte>> ClientCertificates { get; init; } = [];

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
