using System.Text.Json.Serialization;

namespace Coffer.Secrets.Kv;

/// <summary>What is known of one version of a key, and its data where that is small.</summary>
internal sealed record KvVersion
{
    [JsonPropertyName("c")]
    [JsonConverter(typeof(TicksConverter))]
    public DateTimeOffset Created { get; init; }

    /// <summary>When it was deleted, or will be by itself; null for never.</summary>
    [JsonPropertyName("d")]
    [JsonConverter(typeof(TicksConverter))]
    public DateTimeOffset? Deletion { get; init; }

    /// <summary>Its data is gone for good.</summary>
    [JsonPropertyName("x")]
    public bool Destroyed { get; init; }

    /// <summary>Its data as JSON text; null when that has an entry of its own, or is destroyed. Never changed in place.</summary>
    [JsonPropertyName("i")]
    public byte[]? Inline { get; init; }

    [JsonIgnore]
    public bool HasOwnEntry => Inline is null && !Destroyed;

    /// <summary>True when a read answers with the data.</summary>
    public bool IsReadable(DateTimeOffset now) => !Destroyed && !IsDeleted(now);

    public bool IsDeleted(DateTimeOffset now) => Deletion is { } deletion && deletion <= now;
}
