using System.Buffers;

namespace Coffer.Kernel.Headers;

/// <summary>What may stand in an HTTP header that somebody configures.</summary>
public static class HeaderText
{
    /// <summary>Longest name or value in characters.</summary>
    public const int CharactersMax = 4096;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static bool IsName(string name) => name.Length is > 0 and <= CharactersMax && !name.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>Visible ASCII and spaces: no line break, so that a value stays one.</summary>
    public static bool IsValue(string value) => value.Length <= CharactersMax && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>Belongs to the protocol itself and is not to be set.</summary>
    public static bool IsReserved(string name) => name.StartsWith("X-Vault-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Each part with a capital letter, as Go writes names: <c>x-custom</c> becomes <c>X-Custom</c>.</summary>
    public static string Canonical(string name) => string.Create(name.Length, name, static (buffer, text) =>
    {
        for (var i = 0; i < buffer.Length; i++)
        {
            buffer[i] = i == 0 || text[i - 1] == '-' ? char.ToUpperInvariant(text[i]) : char.ToLowerInvariant(text[i]);
        }
    });
}
