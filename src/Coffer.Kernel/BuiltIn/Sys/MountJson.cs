using System.Text.Json;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>A mount as the API shows it.</summary>
internal static class MountJson
{
    /// <summary>The members of a mount's object in a listing.</summary>
    public static void WriteMembers(Utf8JsonWriter json, MountEntry mount)
    {
        json.WriteString("type", mount.Type);
        json.WriteString("description", mount.Description);
        json.WriteString("accessor", mount.Accessor);
        json.WriteString("uuid", mount.Uuid);
        json.WriteBoolean("local", mount.Local);
        json.WriteBoolean("seal_wrap", mount.SealWrap);
        json.WriteBoolean("external_entropy_access", mount.ExternalEntropyAccess);
        WriteOptions(json, mount);
        json.WriteString("plugin_version", "");
        json.WriteString("running_plugin_version", "");
        json.WriteString("running_sha256", "");
        json.WriteString("deprecation_status", "supported");
        json.WriteStartObject("config");
        json.WriteNumber("default_lease_ttl", (long)mount.Tuning.DefaultLeaseTtl.TotalSeconds);
        json.WriteNumber("max_lease_ttl", (long)mount.Tuning.MaxLeaseTtl.TotalSeconds);
        json.WriteBoolean("force_no_cache", mount.Tuning.ForceNoCache);
        WriteTuning(json, mount);
        json.WriteEndObject();
    }

    /// <summary>The members of a tune answer: effective durations, and what else is set.</summary>
    public static void WriteTuned(Utf8JsonWriter json, MountEntry mount, SystemTtl ttl)
    {
        // Shown as it is set, even where the maximum is shorter and limits it.
        json.WriteNumber("default_lease_ttl", (long)(mount.Tuning.DefaultLeaseTtl > TimeSpan.Zero ? mount.Tuning.DefaultLeaseTtl : ttl.Default).TotalSeconds);
        json.WriteNumber("max_lease_ttl", (long)ttl.MaxOf(mount).TotalSeconds);
        json.WriteBoolean("force_no_cache", mount.Tuning.ForceNoCache);
        json.WriteString("description", mount.Description);
        if (!mount.Options.IsEmpty)
        {
            WriteOptions(json, mount);
        }

        WriteTuning(json, mount);
        if (mount.Tuning.Lockout is { } lockout)
        {
            LockoutFields.Write(json, lockout);
        }
    }

    /// <summary>Options, or null where none were ever given.</summary>
    public static void WriteOptions(Utf8JsonWriter json, MountEntry mount)
    {
        json.WritePropertyName("options");
        AuthInfo.WriteMap(json, mount.HasOptions || !mount.Options.IsEmpty ? mount.Options : null);
    }

    private static void WriteTuning(Utf8JsonWriter json, MountEntry mount)
    {
        var tuning = mount.Tuning;
        if (mount.Class == MountClass.Auth)
        {
            json.WriteString("token_type", tuning.TokenType.Length > 0 ? tuning.TokenType : "default-service");
        }

        if (tuning.ListingVisibility.Length > 0)
        {
            json.WriteString("listing_visibility", tuning.ListingVisibility);
        }

        json.WriteAnyTexts("audit_non_hmac_request_keys", tuning.AuditNonHmacRequestKeys);
        json.WriteAnyTexts("audit_non_hmac_response_keys", tuning.AuditNonHmacResponseKeys);
        json.WriteAnyTexts("passthrough_request_headers", tuning.PassthroughRequestHeaders);
        json.WriteAnyTexts("allowed_response_headers", tuning.AllowedResponseHeaders);
    }
}
