using System.Text.Json.Serialization;

namespace Coffer.Kernel.Tokens;

/// <summary>How the entries of this folder are stored. Names and shapes are a format: old entries must stay readable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(TokenRecord))]
[JsonSerializable(typeof(TokenRole))]
internal sealed partial class TokensJsonContext : JsonSerializerContext;
