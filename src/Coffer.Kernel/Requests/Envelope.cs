using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Requests;

/// <summary>The body that every Vault client expects around an answer.</summary>
public sealed record Envelope(string RequestId)
{
    public string LeaseId { get; init; } = "";

    public bool Renewable { get; init; }

    public TimeSpan LeaseDuration { get; init; }

    /// <summary>The true end of the lease or of the token, beyond what Vault tells; null where there is neither.</summary>
    public Leases.LeaseEnd? End { get; init; }

    /// <summary>The <c>data</c> object; null for none.</summary>
    public JsonText? Data { get; init; }

    public WrapInfo? Wrap { get; init; }

    public AuthInfo? Auth { get; init; }

    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The type of the mount that answered; today's clients show it.</summary>
    public string MountType { get; init; } = "";

    /// <summary>Also writes every member of the data at the top level, as old clients of some sys paths expect.</summary>
    public bool DataAtTopLevel { get; init; }

    public ReadOnlyMemory<byte> Write() => JsonBytes.Write(this, static (envelope, json) => envelope.Write(json));

    private void Write(Utf8JsonWriter json)
    {
        var data = Data?.Utf8 ?? default;
        json.WriteStartObject();
        json.WriteString("request_id"u8, RequestId);
        json.WriteString("lease_id"u8, LeaseId);
        json.WriteBoolean("renewable"u8, Renewable);
        json.WriteNumber("lease_duration"u8, (long)LeaseDuration.TotalSeconds);
        json.WritePropertyName("data"u8);
        if (Data is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(data.Span, skipInputValidation: true);
        }

        WriteWrap(json);
        WriteWarnings(json);
        if (Auth is null)
        {
            json.WriteNull("auth"u8);
        }
        else
        {
            json.WritePropertyName("auth"u8);
            Auth.Write(json);
        }

        json.WriteString("mount_type"u8, MountType);
        if (End is { } end)
        {
            json.WriteString("expire_time"u8, Rfc3339.Format(end.ExpireTime));
            end.WriteCause(json);
        }

        if (DataAtTopLevel && Data is not null)
        {
            WriteMembers(json, data);
        }

        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, ReadOnlyMemory<byte> data)
    {
        using var document = JsonDocument.Parse(data);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("request_id" or "lease_id" or "renewable" or "lease_duration" or "data" or "wrap_info" or "warnings" or "auth" or "mount_type"))
            {
                json.WritePropertyName(member.Name);
                member.Value.WriteTo(json);
            }
        }
    }

    private void WriteWarnings(Utf8JsonWriter json)
    {
        if (Warnings.IsDefaultOrEmpty)
        {
            json.WriteNull("warnings"u8);
            return;
        }

        json.WriteStartArray("warnings"u8);
        foreach (var warning in Warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
    }

    private void WriteWrap(Utf8JsonWriter json)
    {
        if (Wrap is null)
        {
            json.WriteNull("wrap_info"u8);
            return;
        }

        json.WriteStartObject("wrap_info"u8);
        json.WriteString("token"u8, Wrap.Token);
        json.WriteString("accessor"u8, Wrap.Accessor);
        json.WriteNumber("ttl"u8, (long)Wrap.Ttl.TotalSeconds);
        json.WriteString("creation_time"u8, Rfc3339.Format(Wrap.CreationTime));
        json.WriteString("creation_path"u8, Wrap.CreationPath);
        if (Wrap.WrappedAccessor.Length > 0)
        {
            json.WriteString("wrapped_accessor"u8, Wrap.WrappedAccessor);
        }

        json.WriteEndObject();
    }
}

/// <summary>Where a wrapped reply can be fetched, once.</summary>
/// <param name="WrappedAccessor">The accessor of the token inside, when it is a login that was wrapped.</param>
public sealed record WrapInfo(
    string Token, string Accessor, TimeSpan Ttl, DateTimeOffset CreationTime, string CreationPath, string WrappedAccessor);
