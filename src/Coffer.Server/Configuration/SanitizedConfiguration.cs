using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Coffer.Hcl;
using Coffer.Text;

namespace Coffer.Server.Configuration;

/// <summary>The configuration as <c>sys/config/state/sanitized</c> shows it: what was given, under Vault's names; what was not, as nothing. No key and no password.</summary>
internal static class SanitizedConfiguration
{
    public static void Write(Utf8JsonWriter json, ServerOptions options)
    {
        var given = options.Given.Settings;
        foreach (var key in TopLevelKeys.All.Values.OrderBy(key => key.ShownName, StringComparer.Ordinal))
        {
            WriteKey(json, key, given.GetValueOrDefault(key.Name));
        }

        json.WriteNull("experiments");
        json.WriteStartObject("storage");
        json.WriteString("type", options.Storage.Type.Name);
        json.WriteString("cluster_addr", TextOf(given.GetValueOrDefault("cluster_addr")));
        json.WriteString("redirect_addr", TextOf(given.GetValueOrDefault("api_addr")));
        json.WriteBoolean("disable_clustering", IsTrue(given.GetValueOrDefault("disable_clustering")));
        json.WriteEndObject();
        WriteListeners(json, options);
        WriteSeals(json, options);
        WriteScalars(json, "telemetry", options.Given.Telemetry);
    }

    private static void WriteKey(Utf8JsonWriter json, TopLevelKey key, HclValue? value)
    {
        switch (key.Shown)
        {
            case ShownAs.Text:
                json.WriteString(key.ShownName, TextOf(value));
                break;
            case ShownAs.Truth:
                json.WriteBoolean(key.ShownName, IsTrue(value));
                break;
            case ShownAs.Count:
                json.WriteNumber(key.ShownName, long.TryParse(TextOf(value), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0);
                break;
            case ShownAs.Seconds:
                json.WriteNumber(key.ShownName, GoDuration.TryParse(TextOf(value), out var time) ? (long)time.TotalSeconds : 0);
                break;
        }
    }

    private static void WriteListeners(Utf8JsonWriter json, ServerOptions options)
    {
        json.WriteStartArray("listeners");
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            var listener = options.Listeners[i];
            json.WriteStartObject();
            json.WriteString("type", listener.IsSocket ? "unix" : "tcp");
            if (i < options.Given.Listeners.Length)
            {
                WriteScalars(json, "config", options.Given.Listeners[i]);
            }
            else
            {
                json.WriteStartObject("config");
                json.WriteString("address", listener.Address.ToString());
                json.WriteBoolean("tls_disable", listener.Tls is null);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSeals(Utf8JsonWriter json, ServerOptions options)
    {
        json.WriteStartArray("seals");
        json.WriteStartObject();
        json.WriteString("type", options.StaticKeys.Count > 0 ? "static" : "shamir");
        json.WriteBoolean("disabled", false);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteScalars(Utf8JsonWriter json, string name, ImmutableSortedDictionary<string, HclValue>? values)
    {
        if (values is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            switch (value)
            {
                case HclBoolean truth:
                    json.WriteBoolean(key, truth.Value);
                    break;
                case HclInteger number:
                    json.WriteNumber(key, number.Value);
                    break;
                case HclString text when key.EndsWith("_token", StringComparison.Ordinal):
                    // Telemetry has one: what is there is said, what it is not.
                    json.WriteString(key, text.Value.Length > 0 ? "(redacted)" : "");
                    break;
                default:
                    json.WriteString(key, TextOf(value));
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static string TextOf(HclValue? value) => value switch
    {
        HclString text => text.Value,
        HclInteger number => number.Value.ToString(CultureInfo.InvariantCulture),
        HclFloat number => number.Value.ToString(CultureInfo.InvariantCulture),
        HclBoolean truth => truth.Value ? "true" : "false",
        _ => "",
    };

    private static bool IsTrue(HclValue? value) => TextOf(value) is "true" or "1";
}
