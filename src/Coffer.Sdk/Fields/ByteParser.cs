using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Coffer.Sdk.Fields;

/// <summary>Reads base64 (RFC 4648, section 4) from a request's own bytes into memory that can be cleared; it never becomes a string on the way.</summary>
internal static class ByteParser
{
    public static bool TryParse(JsonElement value, out ReadOnlyMemory<byte> parsed, out string problem)
    {
        problem = "expected bytes in base64";
        parsed = default;
        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        // With the quotes.
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        if (raw.Contains((byte)'\\'))
        {
            // A slash may be written with a backslash before it.
            var unescaped = value.TryGetBytesFromBase64(out var bytes);
            parsed = bytes;
            return unescaped;
        }

        var memory = GC.AllocateUninitializedArray<byte>(Base64.GetMaxDecodedFromUtf8Length(raw.Length), pinned: true);
        if (Base64.DecodeFromUtf8(raw, memory, out _, out var written) != System.Buffers.OperationStatus.Done)
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(memory);
            return false;
        }

        parsed = memory.AsMemory(0, written);
        return true;
    }

    /// <summary>Overwrites bytes that a request does not need any more.</summary>
    public static void Clear(ReadOnlyMemory<byte> bytes) =>
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(MemoryMarshal.AsMemory(bytes).Span);
}
