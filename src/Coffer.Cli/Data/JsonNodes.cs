using System.Text.Json.Nodes;

namespace Coffer.Cli.Data;

/// <summary>Looks into answers without trust in their shape: the runtime's own indexer throws where a text or a list is in the place of a map.</summary>
internal static class JsonNodes
{
    /// <summary>The member of a map; null when there is none, or no map.</summary>
    public static JsonNode? At(this JsonNode? node, string name) => node is JsonObject map ? map[name] : null;
}
