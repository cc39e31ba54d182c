using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coffer.Secrets.Kv;

/// <summary>A moment as UTC ticks: short, exact, and quick to read. An entry holds up to two for each version.</summary>
internal sealed class TicksConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetInt64(), TimeSpan.Zero);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.UtcTicks);
}
