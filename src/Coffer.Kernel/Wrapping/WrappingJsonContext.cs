using System.Text.Json.Serialization;

namespace Coffer.Kernel.Wrapping;

/// <summary>How the entries of this folder are stored. Names and shapes are a format: old entries must stay readable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(WrapRecord))]
internal sealed partial class WrappingJsonContext : JsonSerializerContext;
