using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Coffer.Secrets.Kv;

/// <summary>JSON merge patch (RFC 7396) on the texts themselves: what is not touched keeps its spelling.</summary>
internal static class MergePatch
{
    /// <summary>The patched document, without blanks between tokens.</summary>
    /// <param name="target">The document to change; <c>default</c> for none.</param>
    /// <remarks>Where a name is repeated in an object, its last value counts. The depth is bounded by the parser that read the two documents.</remarks>
    public static byte[] Apply(JsonElement target, JsonElement patch)
    {
        var output = new ArrayBufferWriter<byte>(256);
        Write(output, target, patch);
        return StoredJson.Compact(output.WrittenSpan);
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonElement target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            output.Write(JsonMarshal.GetRawUtf8Value(patch));
            return;
        }

        var members = Members(target);
        var changes = Members(patch);
        var first = true;
        output.Write("{"u8);
        foreach (var (name, member) in members)
        {
            if (!changes.TryGetValue(name, out var change))
            {
                WriteName(output, member, ref first);
                output.Write(JsonMarshal.GetRawUtf8Value(member.Value));
            }
            else if (change.Value.ValueKind != JsonValueKind.Null)
            {
                WriteName(output, member, ref first);
                Write(output, member.Value, change.Value);
            }
        }

        foreach (var (name, change) in changes)
        {
            if (change.Value.ValueKind != JsonValueKind.Null && !members.ContainsKey(name))
            {
                WriteName(output, change, ref first);
                Write(output, default, change.Value);
            }
        }

        output.Write("}"u8);
    }

    private static void WriteName(ArrayBufferWriter<byte> output, JsonProperty member, ref bool first)
    {
        output.Write(first ? "\""u8 : ",\""u8);
        output.Write(JsonMarshal.GetRawUtf8PropertyName(member));
        output.Write("\":"u8);
        first = false;
    }

    /// <summary>An object's members by name, in the order they first appear; none for what is no object.</summary>
    private static OrderedDictionary<string, JsonProperty> Members(JsonElement element)
    {
        var members = new OrderedDictionary<string, JsonProperty>(StringComparer.Ordinal);
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                members[NameOf(member)] = member;
            }
        }

        return members;
    }

    // A name that is no text is only ever equal to the same spelling.
    private static string NameOf(JsonProperty member) => StoredJson.TryName(member, out var name)
        ? name
        : System.Text.Encoding.Latin1.GetString(JsonMarshal.GetRawUtf8PropertyName(member));
}
