using System.Text.Json.Serialization;
using Coffer.Sdk.Logins;

namespace Coffer.Auth.Userpass;

/// <summary>A user as it is stored.</summary>
internal sealed record UserRecord
{
    /// <summary>Null as long as only a hash that was made elsewhere is known.</summary>
    public PasswordHash? Password { get; init; }

    /// <summary>The hash that was given in place of a password; null from the first good login on.</summary>
    public BcryptHash? Bcrypt { get; init; }

    public TokenSettings Token { get; init; } = new();

    public static string KeyOf(UserName name) => $"user/{name.Text}";
}

/// <summary>What this method stores.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(UserRecord))]
internal sealed partial class UserpassJson : JsonSerializerContext;
