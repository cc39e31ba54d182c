namespace Coffer.Kernel.EngineStorage;

/// <summary>Where the part of the store is that belongs to one mount's engine.</summary>
internal static class EngineKeys
{
    /// <summary>What all keys of a mount begin with.</summary>
    public static string PrefixOf(string mountUuid) => $"logical/{mountUuid}/";
}
