using System.Text.Json.Serialization;

namespace Coffer.Secrets.Totp;

/// <summary>The stored forms of a mount.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(TotpKey))]
[JsonSerializable(typeof(UsedCodes))]
internal sealed partial class TotpJson : JsonSerializerContext;
