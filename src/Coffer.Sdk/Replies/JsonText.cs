using System.Text.Json;

namespace Coffer.Sdk.Replies;

/// <summary>A JSON object as UTF-8 text: stored values and replies pass through as they are, without being parsed again.</summary>
/// <remarks>Not printable: it may hold secrets.</remarks>
public readonly struct JsonText
{
    private readonly ReadOnlyMemory<byte> _utf8;

    private JsonText(ReadOnlyMemory<byte> utf8) => _utf8 = utf8;

    /// <summary>The object's text, from its opening to its closing brace; <c>{}</c> for <c>default</c>.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8.IsEmpty ? "{}"u8.ToArray() : _utf8;

    /// <summary>Takes text that is known to be one valid JSON object.</summary>
    public static JsonText FromValid(ReadOnlyMemory<byte> utf8Object) => new(utf8Object);

    /// <summary>The raw text of a parsed object, copied, so that it outlives the document.</summary>
    public static JsonText From(JsonElement element) => new(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element).ToArray());

    /// <summary>Writes an object: <paramref name="members"/> writes what is between the braces.</summary>
    public static JsonText Write(Action<Utf8JsonWriter> members) => Write(members, static (write, json) => write(json));

    /// <summary>The same for a delegate that captures nothing.</summary>
    /// <param name="source">Passed on to <paramref name="members"/>.</param>
    /// <param name="members">Writes what is between the braces.</param>
    public static JsonText Write<T>(T source, Action<T, Utf8JsonWriter> members) => new(JsonBytes.Write(
        (Source: source, Members: members),
        static (whole, json) =>
        {
            json.WriteStartObject();
            whole.Members(whole.Source, json);
            json.WriteEndObject();
        }));

    public override string ToString() => "JsonText(redacted)";
}
