namespace Coffer.Kernel.Transactions;

/// <summary>Where the part of the store is that belongs to one mount's engine.</summary>
internal static class EngineKeys
{
    /// <summary>What the keys of all mounts begin with.</summary>
    public const string All = "logical/";

    /// <summary>What all keys of a mount begin with.</summary>
    public static string PrefixOf(string mountUuid) => $"{All}{mountUuid}/";
}
