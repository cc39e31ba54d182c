using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Coffer.Secrets.Kv;

/// <summary>The shape of a secret without its values: every leaf is null.</summary>
internal static class Subkeys
{
    /// <summary>The names of an object and of the objects in it.</summary>
    /// <param name="depth">How many levels to show; 0 shows all. What lies deeper becomes null, and so does an empty object.</param>
    public static byte[] Of(JsonElement data, long depth)
    {
        var output = new ArrayBufferWriter<byte>(256);
        Write(output, data, level: 1, depth);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonElement element, int level, long depth)
    {
        output.Write("{"u8);
        var first = true;
        foreach (var member in element.EnumerateObject())
        {
            output.Write(first ? "\""u8 : ",\""u8);
            output.Write(JsonMarshal.GetRawUtf8PropertyName(member));
            output.Write("\":"u8);
            first = false;
            if (member.Value.ValueKind == JsonValueKind.Object && member.Value.GetPropertyCount() > 0 && (depth == 0 || level < depth))
            {
                Write(output, member.Value, level + 1, depth);
            }
            else
            {
                output.Write("null"u8);
            }
        }

        output.Write("}"u8);
    }
}
