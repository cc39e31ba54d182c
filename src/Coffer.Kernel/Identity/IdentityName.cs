using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Coffer.Sdk.Names;

namespace Coffer.Kernel.Identity;

/// <summary>
/// The name of an entity, a group or an alias. Names that <see cref="NameFold"/> makes equal are equal values, however they are spelled. 1 to 2048 characters,
/// none of them a control character; slashes are allowed.
/// </summary>
public readonly struct IdentityName : IEquatable<IdentityName>
{
    private const int LengthMax = 2048;

    private readonly string? _spelling;

    private IdentityName(string spelling) => _spelling = spelling;

    /// <summary>As it was written last: what is shown.</summary>
    public string Spelling => _spelling ?? "";

    /// <summary>
    /// What represents the name in a storage key: keys are not encrypted and bounded in length, and names are people's and may be long.
    /// </summary>
    public string KeyPart => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical)));

    private string Canonical => NameFold.Of(Spelling);

    public static bool TryParse([NotNullWhen(true)] string? text, out IdentityName name)
    {
        var valid = text is { Length: <= LengthMax } && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);
        name = valid ? new IdentityName(text!) : default;
        return valid;
    }

    /// <exception cref="FormatException">It is empty, too long or holds a control character.</exception>
    public static IdentityName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"a name has 1 to {LengthMax} characters, none of them a control character");

    public bool Equals(IdentityName other) => string.Equals(Canonical, other.Canonical, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is IdentityName other && Equals(other);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Canonical);

    public override string ToString() => Spelling;

    public static bool operator ==(IdentityName left, IdentityName right) => left.Equals(right);

    public static bool operator !=(IdentityName left, IdentityName right) => !left.Equals(right);
}
