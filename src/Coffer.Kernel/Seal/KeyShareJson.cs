using System.Text.Json;

namespace Coffer.Kernel.Seal;

/// <summary>New key shares as their holders get them, in both spellings.</summary>
internal static class KeyShareJson
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<byte[]> shares)
    {
        json.WriteStartArray("keys");
        foreach (var share in shares)
        {
            json.WriteStringValue(Convert.ToHexStringLower(share));
        }

        json.WriteEndArray();
        json.WriteStartArray("keys_base64");
        foreach (var share in shares)
        {
            json.WriteStringValue(Convert.ToBase64String(share));
        }

        json.WriteEndArray();
    }
}
