namespace Coffer.Kernel.Tokens;

/// <summary>Where token entries stand in the store.</summary>
internal static class TokenKeys
{
    /// <summary>The entry with the key that hashes the secrets of tokens.</summary>
    public const string HashKey = "core/token-key";

    public const string Records = "token/id/";

    public const string CustomIds = "token/custom/";

    public const string AllChildren = "token/child/";

    public static string Record(string accessor) => Records + accessor;

    /// <summary>From a chosen id's hash to the accessor.</summary>
    public static string CustomId(ReadOnlySpan<byte> hash) => CustomIds + Convert.ToHexStringLower(hash);

    public static string Children(string parent) => $"{AllChildren}{parent}/";

    public static string Child(string parent, string accessor) => Children(parent) + accessor;

    public static string Role(string name) => "token/role/" + name;

}
