using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Requests;

/// <summary>A request as it came in, parsed and bounded, and not yet judged. Immutable.</summary>
public sealed record ApiRequest
{
    /// <summary>A UUID; the same in the reply, in the audit log and in the server's own log.</summary>
    public required string Id { get; init; }

    public required CanonicalPath Path { get; init; }

    /// <summary>A POST or PUT comes as <see cref="Operation.Update"/>; whether it is a create is found out later.</summary>
    public required Operation Operation { get; init; }

    /// <summary>True for <c>?help=1</c>: describes the path instead of doing anything.</summary>
    public bool Help { get; init; }

    /// <summary>The token as sent, or empty.</summary>
    public string Token { get; init; } = "";

    /// <summary>From <c>X-Vault-Wrap-TTL</c>; null when absent or zero.</summary>
    public TimeSpan? WrapTtl { get; init; }

    /// <summary>The body, or the query string as an object of texts; <c>default</c> when there is neither.</summary>
    public JsonElement Data { get; init; }

    /// <summary>A body that is handed on unparsed; empty otherwise. <see cref="Data"/> then shows it in base64, for policies and audit.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's content type in lower case, without parameters; empty where it says none.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>As <see cref="RequestView.ClientCertificates"/>.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> ClientCertificates { get; init; } = [];

    /// <summary>Outlives a run of the handler that met a conflict.</summary>
    public RequestMemory Memory => field ??= new RequestMemory();

    /// <summary>The client's address without its port; empty on a unix socket.</summary>
    public string RemoteAddress { get; init; } = "";

    public int RemotePort { get; init; }

    /// <summary>The listener shows the metrics without a token.</summary>
    public bool OpenMetrics { get; init; }

    /// <summary>Request headers by lower-case name, but for credentials and <see cref="UsualHeaders"/>.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Headers { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>The headers that nearly every request has; null where it came by no HTTP.</summary>
    public IRequestHeaders? UsualHeaders { get; init; }

    /// <summary>What logs, traces and metrics call the operation.</summary>
    /// <param name="operation">As <see cref="Operation"/>, or what that turned out to be.</param>
    internal string NameOf(Operation operation) => Help
        ? "help"
        : operation switch
        {
            Operation.Read => "read",
            Operation.List => "list",
            Operation.Create => "create",
            Operation.Update => "update",
            Operation.Patch => "patch",
            _ => "delete",
        };

    /// <summary>Looks a header up for an audit device or a mount that wants it. Credentials are never found.</summary>
    /// <param name="name">In lower case.</param>
    /// <param name="values">Empty where there is no such header.</param>
    public bool TryGetHeader(string name, out ImmutableArray<string> values)
    {
        if (Headers.TryGetValue(name, out values))
        {
            return true;
        }

        values = [];
        return UsualHeaders?.TryGet(name, out values) == true;
    }
}
