using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Requests;

/// <summary>What goes back to the client: a status and finished bytes.</summary>
/// <param name="Body">Empty for 204 and for replies without a word.</param>
public sealed record ApiReply(int Status, ReadOnlyMemory<byte> Body)
{
    public const string Json = "application/json";

    public string ContentType { get; init; } = Json;

    /// <summary>Headers beside those that every answer has.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The share of memory that a large answer has; to be disposed of once it is sent or given up. Null: none is counted.</summary>
    public IDisposable? Share { get; init; }

    /// <summary>What has to be ended if this cannot be delivered.</summary>
    public Entrusted Entrusts { get; init; } = Entrusted.Nothing;

    /// <summary>Done, and nothing to say.</summary>
    public static ApiReply NoContent { get; } = new(204, ReadOnlyMemory<byte>.Empty);

    /// <summary>An error in Vault's form: <c>{"errors":[…]}</c>.</summary>
    public static ApiReply From(ApiError error) => new(error.Status, JsonText.Write(json =>
    {
        json.WriteTexts("errors", error.Messages);
    }).Utf8);

    public static ApiReply Error(ErrorKind kind, string message) => From(new ApiError(kind, message));

    /// <summary>An object without the usual envelope, as <c>sys/init</c>, <c>sys/health</c> and their like answer.</summary>
    public static ApiReply Bare(int status, Action<Utf8JsonWriter> members) => new(status, JsonText.Write(members).Utf8);
}
