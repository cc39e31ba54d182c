using System.Text.Json.Serialization;

namespace Coffer.Kernel.Headers;

/// <summary>How the entries of this folder are stored. Names and shapes are a format: old entries must stay readable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(CorsSettings))]
[JsonSerializable(typeof(UiHeaders))]
internal sealed partial class HeadersJsonContext : JsonSerializerContext;
