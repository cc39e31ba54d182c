using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Coffer.Secrets.Kv;

/// <summary>A client's JSON object as it is stored: its own text without the blanks between tokens.</summary>
/// <remarks>Order, number spelling, escapes and repeated names stay as they were sent; a read passes them back as they are.</remarks>
internal static class StoredJson
{
    /// <summary>Copies an object's text; null when it holds bytes that are not UTF-8, which no JSON reader would take back.</summary>
    public static byte[]? Take(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return Utf8.IsValid(raw) ? Compact(raw) : null;
    }

    /// <summary>Valid JSON without the blanks between tokens.</summary>
    public static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var compact = new byte[json.Length];
        var length = 0;
        while (!json.IsEmpty)
        {
            var kept = json.IndexOfAny("\" \t\r\n"u8);
            if (kept < 0)
            {
                kept = json.Length;
            }
            else if (json[kept] == '"')
            {
                kept += TextLength(json[kept..]);
            }

            json[..kept].CopyTo(compact.AsSpan(length));
            length += kept;
            json = json[kept..];
            while (!json.IsEmpty && json[0] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                json = json[1..];
            }
        }

        return length == compact.Length ? compact : compact[..length];
    }

    /// <summary>A member's name; false when its escapes are no text (half of a surrogate pair alone).</summary>
    public static bool TryName(JsonProperty member, [NotNullWhen(true)] out string? name)
    {
        try
        {
            name = member.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            // The reader has no other way to say so.
            name = null;
            return false;
        }
    }

    private static int TextLength(ReadOnlySpan<byte> quoted)
    {
        var at = 1;
        while (true)
        {
            at += quoted[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (quoted[at] == '"')
            {
                return at + 1;
            }

            at += 2;
        }
    }
}
