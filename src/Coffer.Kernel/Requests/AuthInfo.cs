using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Requests;

/// <summary>The <c>auth</c> block of a login or of a token's creation or renewal.</summary>
public sealed record AuthInfo
{
    /// <summary>The token itself; empty where a caller renewed it by accessor.</summary>
    public required string ClientToken { get; init; }

    public required string Accessor { get; init; }

    public required ImmutableArray<string> TokenPolicies { get; init; }

    public ImmutableArray<string> IdentityPolicies { get; init; } = [];

    /// <summary>Null differs from empty, as in Vault.</summary>
    public ImmutableSortedDictionary<string, string>? Metadata { get; init; }

    public TimeSpan LeaseDuration { get; init; }

    public bool Renewable { get; init; }

    public string EntityId { get; init; } = "";

    public string TokenType { get; init; } = "service";

    public bool Orphan { get; init; }

    public long NumUses { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("client_token"u8, ClientToken);
        json.WriteString("accessor"u8, Accessor);
        var all = IdentityPolicies.IsEmpty
            ? TokenPolicies
            : [.. TokenPolicies.Union(IdentityPolicies, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        json.WriteTexts("policies", all);
        json.WriteTexts("token_policies", TokenPolicies);
        if (!IdentityPolicies.IsEmpty)
        {
            json.WriteTexts("identity_policies", IdentityPolicies);
        }

        json.WritePropertyName("metadata"u8);
        WriteMap(json, Metadata);
        json.WriteNumber("lease_duration"u8, (long)LeaseDuration.TotalSeconds);
        json.WriteBoolean("renewable"u8, Renewable);
        json.WriteString("entity_id"u8, EntityId);
        json.WriteString("token_type"u8, TokenType);
        json.WriteBoolean("orphan"u8, Orphan);
        json.WriteNull("mfa_requirement"u8);
        json.WriteNumber("num_uses"u8, NumUses);
        json.WriteEndObject();
    }

    internal static void WriteMap(Utf8JsonWriter json, ImmutableSortedDictionary<string, string>? map)
    {
        if (map is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        foreach (var (key, value) in map)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
