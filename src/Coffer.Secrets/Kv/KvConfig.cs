using System.Text.Json.Serialization;

namespace Coffer.Secrets.Kv;

/// <summary>The settings of a version 2 mount, for all its keys.</summary>
internal sealed record KvConfig
{
    /// <summary>Where it is kept.</summary>
    public const string Entry = "config";

    public static KvConfig Default { get; } = new();

    /// <summary>Versions kept of each key; 0 means ten. A key's own setting counts when it is larger.</summary>
    [JsonPropertyName("max_versions")]
    public long MaxVersions { get; init; }

    [JsonPropertyName("cas_required")]
    public bool CasRequired { get; init; }

    /// <summary>How long a version stays readable; zero means for ever, below zero that no key's setting counts either. Whole seconds.</summary>
    [JsonPropertyName("delete_version_after")]
    public TimeSpan DeleteVersionAfter { get; init; }

    /// <summary>When a version that begins (again) now is deleted by itself; null for never. The shorter of mount's and key's setting counts.</summary>
    public DateTimeOffset? DeletionOf(DateTimeOffset now, TimeSpan keySetting)
    {
        if (DeleteVersionAfter < TimeSpan.Zero || (DeleteVersionAfter == TimeSpan.Zero && keySetting == TimeSpan.Zero))
        {
            return null;
        }

        var keyCounts = keySetting != TimeSpan.Zero && (DeleteVersionAfter == TimeSpan.Zero || keySetting < DeleteVersionAfter);
        return now + (keyCounts ? keySetting : DeleteVersionAfter);
    }
}
