using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Coffer.Barrier;

/// <summary>The stored form of a key slot: JSON, so that an operator can see which slots there are without any key.</summary>
/// <remarks>
/// <c>{"version":1,"id":"...","kind":"shamir","created":"2026-01-02T03:04:05Z","parameters":{"shares":"5","threshold":"3"},"wrapped":"BASE64"}</c>.
/// Exactly these members, each once; parameters are text.
/// </remarks>
public static class KeySlotRecord
{
    /// <summary>The bytes to store.</summary>
    public static byte[] Encode(KeySlot slot)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", KeySlot.Version);
            writer.WriteString("id", slot.Id);
            writer.WriteString("kind", slot.Kind);
            writer.WriteString("created", slot.Created.UtcDateTime);
            writer.WriteStartObject("parameters");
            foreach (var (name, value) in slot.Parameters)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
            writer.WriteBase64String("wrapped", slot.Wrapped);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The slot in stored bytes. Whether it is authentic shows when it is opened.</summary>
    /// <exception cref="BarrierException">The bytes are not a slot, or one of an unknown version.</exception>
    public static KeySlot Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > Limits.SlotBytesMax)
        {
            throw Malformed($"it has {bytes.Length} bytes, at most {Limits.SlotBytesMax} are allowed");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return Read(document.RootElement);
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: text that is not valid UTF-8. The cause may quote the record, so it goes no further.
            throw Malformed("it is not the expected JSON");
        }
    }

    private static KeySlot Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out var version) || !version.TryGetInt32(out var number))
        {
            throw Malformed("it has no version");
        }

        if (number != KeySlot.Version)
        {
            throw new BarrierException(BarrierProblem.UnknownVersion, $"the key slot has format {number}, expected {KeySlot.Version}");
        }

        if (root.GetPropertyCount() != MemberCount)
        {
            throw Malformed($"it has {root.GetPropertyCount()} members, expected {MemberCount}");
        }

        var id = Text(root, "id");
        var kind = Text(root, "kind");
        if (!KeySlot.IsName(id) || !KeySlot.IsName(kind))
        {
            throw Malformed("its id and kind must be 1 to 64 lower-case letters, digits and hyphens");
        }

        if (!root.TryGetProperty("created", out var created) || !created.TryGetDateTimeOffset(out var time))
        {
            throw Malformed("'created' is not a time");
        }

        if (!root.TryGetProperty("wrapped", out var wrapped)
            || !wrapped.TryGetBytesFromBase64(out var bytes)
            || bytes.Length != KeySlot.WrappedBytes
            || bytes[0] != KeySlot.Version)
        {
            throw Malformed($"'wrapped' is not the base64 of {KeySlot.WrappedBytes} bytes that begin with {KeySlot.Version}");
        }

        return new KeySlot(id, kind, time.ToUniversalTime(), Parameters(root), bytes);
    }

    private static ImmutableSortedDictionary<string, string> Parameters(JsonElement root)
    {
        if (!root.TryGetProperty("parameters", out var parameters) || parameters.ValueKind != JsonValueKind.Object)
        {
            throw Malformed("'parameters' is not an object");
        }

        var read = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var parameter in parameters.EnumerateObject())
        {
            read.Add(parameter.Name, parameter.Value.GetString() ?? throw Malformed("a parameter is not text"));
        }

        return read.ToImmutable();
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var element) && element.GetString() is { } text ? text : throw Malformed($"'{name}' is missing");

    private static BarrierException Malformed(string reason) => new(BarrierProblem.Malformed, $"a key slot cannot be read: {reason}");

    private const int MemberCount = 6;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };
}
