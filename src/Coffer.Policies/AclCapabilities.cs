using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Coffer.Policies;

/// <summary>What a rule grants, or that it refuses.</summary>
[Flags]
public enum AclCapabilities
{
    /// <summary>Nothing: the rule still hides wider ones.</summary>
    None = 0,

    /// <summary>Refuses everything, whatever else the path is granted.</summary>
    Deny = 1 << 0,

    /// <summary>Writing what is not there yet.</summary>
    Create = 1 << 1,

    /// <summary>Reading.</summary>
    Read = 1 << 2,

    /// <summary>Writing what is there.</summary>
    Update = 1 << 3,

    /// <summary>Deleting.</summary>
    Delete = 1 << 4,

    /// <summary>Listing.</summary>
    List = 1 << 5,

    /// <summary>Root-protected paths, beside the capability for the operation.</summary>
    Sudo = 1 << 6,

    /// <summary>Partial updates.</summary>
    Patch = 1 << 7,

    /// <summary>Events; accepted in policies, and nothing asks for it yet.</summary>
    Subscribe = 1 << 8,

    /// <summary>Recovery from snapshots; accepted in policies, and nothing asks for it yet.</summary>
    Recover = 1 << 9,
}

/// <summary>Capabilities as policies and replies spell them.</summary>
public static class AclCapabilityNames
{
    // In alphabetical order, which is the order of replies.
    private static readonly ImmutableArray<(string Name, AclCapabilities Capability)> All =
    [
        ("create", AclCapabilities.Create),
        ("delete", AclCapabilities.Delete),
        ("deny", AclCapabilities.Deny),
        ("list", AclCapabilities.List),
        ("patch", AclCapabilities.Patch),
        ("read", AclCapabilities.Read),
        ("recover", AclCapabilities.Recover),
        ("subscribe", AclCapabilities.Subscribe),
        ("sudo", AclCapabilities.Sudo),
        ("update", AclCapabilities.Update),
    ];

    private static readonly FrozenDictionary<string, AclCapabilities> ByName =
        All.ToFrozenDictionary(entry => entry.Name, entry => entry.Capability, StringComparer.Ordinal);

    /// <summary>All of them, for messages.</summary>
    public static string Known { get; } = string.Join(", ", All.Select(entry => entry.Name));

    /// <summary>What replies say when nothing is granted.</summary>
    public static ImmutableArray<string> Denied { get; } = ["deny"];

    /// <summary>What replies say for the root policy.</summary>
    public static ImmutableArray<string> Root { get; } = ["root"];

    /// <summary>The capability with this name; names are case-sensitive.</summary>
    public static bool TryParse(string name, out AclCapabilities capability) => ByName.TryGetValue(name, out capability);

    /// <summary>The names, sorted; <c>deny</c> alone when nothing is granted or all is denied.</summary>
    public static ImmutableArray<string> Of(AclCapabilities capabilities) =>
        capabilities == AclCapabilities.None || capabilities.HasFlag(AclCapabilities.Deny)
            ? Denied
            : [.. All.Where(entry => capabilities.HasFlag(entry.Capability)).Select(entry => entry.Name)];
}
