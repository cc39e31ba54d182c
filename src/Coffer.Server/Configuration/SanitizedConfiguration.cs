using System.Text.Json;

namespace Coffer.Server.Configuration;

/// <summary>The configuration as it may be shown: no key, no password, no path of a file.</summary>
internal static class SanitizedConfiguration
{
    public static void Write(Utf8JsonWriter json, ServerOptions options)
    {
        json.WriteString("api_addr", options.ApiAddress);
        json.WriteString("cluster_name", options.ClusterName);
        json.WriteNumber("default_lease_ttl", (long)options.SystemTtl.Default.TotalSeconds);
        json.WriteNumber("max_lease_ttl", (long)options.SystemTtl.Max.TotalSeconds);
        json.WriteBoolean("raw_storage_endpoint", options.RawStorage);
        json.WriteStartObject("storage");
        json.WriteString("type", options.Storage.Type);
        json.WriteEndObject();
        json.WriteStartArray("listeners");
        foreach (var listener in options.Listeners)
        {
            json.WriteStartObject();
            json.WriteString("type", "tcp");
            json.WriteStartObject("config");
            json.WriteString("address", listener.Address.ToString());
            json.WriteBoolean("tls_disable", listener.Tls is null);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
