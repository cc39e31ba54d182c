using Coffer.Sdk.Fields;

namespace Coffer.Secrets.Kv;

/// <summary>The settings that mount and key share.</summary>
internal static class VersionLimits
{
    public static Field<long> MaxVersions { get; } =
        Field.Integer("max_versions", "Versions to keep of each key; 0 for the default, which is 10. The larger of mount's and key's setting counts.");

    public static Field<bool> CasRequired { get; } =
        Field.Boolean("cas_required", "Whether every write must carry the check-and-set parameter.");

    public const string MandatedWarning = "\"cas_required\" set to false, but is mandated by backend config. This value will be ignored.";

    /// <summary>What is wrong with a number of versions to keep, or null.</summary>
    public static string? Problem(long maxVersions) => maxVersions is < 0 or > uint.MaxValue
        ? $"max_versions must be between 0 and {uint.MaxValue}"
        : null;

    /// <summary>The window: the larger setting, or the default when there is none.</summary>
    public static long Window(long mountSetting, long keySetting) =>
        Math.Max(mountSetting, keySetting) is var larger && larger > 0 ? larger : KvKey.VersionsDefault;

    /// <summary>Whole seconds: what is finer is dropped.</summary>
    public static TimeSpan WholeSeconds(TimeSpan duration) => TimeSpan.FromSeconds((long)duration.TotalSeconds);
}
