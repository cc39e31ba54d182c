using System.Text.Json.Serialization;
using Coffer.Kernel.Identity.Oidc;

namespace Coffer.Kernel.Identity;

/// <summary>How the entries of this folder are stored. Names and shapes are a format: old entries must stay readable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(EntityRecord))]
[JsonSerializable(typeof(GroupRecord))]
[JsonSerializable(typeof(OidcKeyRecord))]
[JsonSerializable(typeof(OidcRoleRecord))]
[JsonSerializable(typeof(OidcConfigRecord))]
internal sealed partial class IdentityJsonContext : JsonSerializerContext;
