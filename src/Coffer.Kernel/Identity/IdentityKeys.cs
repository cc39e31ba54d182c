namespace Coffer.Kernel.Identity;

/// <summary>Where identity's entries stand in the store. Ids are made here; one that a client sends becomes a key only if it looks like one.</summary>
internal static class IdentityKeys
{
    public const string Entities = "identity/entity/";
    public const string AliasIds = "identity/alias-id/";
    public const string Groups = "identity/group/";
    public const string GroupAliasIds = "identity/group-alias-id/";

    public static string Entity(string id) => Entities + id;

    /// <summary>From an entity's name to its id.</summary>
    public static string EntityName(IdentityName name) => "identity/entity-name/" + name.KeyPart;

    /// <summary>From who somebody is at a mount to the entity's id.</summary>
    public static string Alias(string accessor, IdentityName name) => $"identity/alias/{accessor}/{name.KeyPart}";

    /// <summary>From an alias's id to the entity's.</summary>
    public static string AliasId(string id) => AliasIds + id;

    /// <summary>From an entity that was merged away to the one it is part of now.</summary>
    public static string Merged(string id) => "identity/merged/" + id;

    public static string Group(string id) => Groups + id;

    public static string GroupName(IdentityName name) => "identity/group-name/" + name.KeyPart;

    public static string GroupAlias(string accessor, IdentityName name) => $"identity/group-alias/{accessor}/{name.KeyPart}";

    public static string GroupAliasId(string id) => GroupAliasIds + id;

    /// <summary>The members of a group, an entry each: a login that joins or leaves does not wait for others of the same group.</summary>
    public static string Members(string group) => $"identity/member/{group}/";

    public static string Member(string group, string entity) => Members(group) + entity;

    public static bool IsId(string text) => text.Length == 36 && text.All(character => char.IsAsciiHexDigitLower(character) || character == '-');
}
