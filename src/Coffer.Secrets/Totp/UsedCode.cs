using System.Text.Json.Serialization;

namespace Coffer.Secrets.Totp;

/// <summary>A code that was checked.</summary>
/// <param name="Code">Its digits.</param>
/// <param name="Until">When it is forgotten, in seconds since 1970: not before it stops being taken.</param>
/// <param name="IsRight">Whether it was valid.</param>
internal sealed record UsedCode(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("until")] long Until,
    [property: JsonPropertyName("right")] bool IsRight);
