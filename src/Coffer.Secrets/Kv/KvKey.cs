using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Coffer.Sdk.Storage;

namespace Coffer.Secrets.Kv;

/// <summary>A key of a version 2 mount: its settings and all its versions, in one entry.</summary>
/// <remarks>
/// One version's data is in this entry too: the newest that is not larger than <see cref="InlineBytesMax"/>. Most secrets are small, and most
/// reads ask for the newest, so most reads touch this entry alone. All other data has entries of its own: this one is decoded whole.
/// </remarks>
internal sealed record KvKey : IStoredWhole
{
    /// <summary>Largest data, in bytes, that may stand in this entry.</summary>
    public const int InlineBytesMax = 4096;

    /// <summary>Versions kept when neither mount nor key says.</summary>
    public const long VersionsDefault = 10;

    /// <summary>Number of the newest version; 0 before the first.</summary>
    [JsonPropertyName("n")]
    public long CurrentVersion { get; init; }

    /// <summary>Number of the oldest version kept; 0 until as many were written as are kept.</summary>
    [JsonPropertyName("o")]
    public long OldestVersion { get; init; }

    [JsonPropertyName("c")]
    [JsonConverter(typeof(TicksConverter))]
    public DateTimeOffset Created { get; init; }

    /// <summary>When the key last changed: a version was added, deleted, brought back or destroyed, or a setting was written.</summary>
    [JsonPropertyName("u")]
    [JsonConverter(typeof(TicksConverter))]
    public DateTimeOffset Updated { get; init; }

    /// <summary>Versions to keep; 0 leaves it to the mount.</summary>
    [JsonPropertyName("m")]
    public long MaxVersions { get; init; }

    [JsonPropertyName("r")]
    public bool CasRequired { get; init; }

    /// <summary>How long a version stays readable; zero leaves it to the mount. Whole seconds.</summary>
    [JsonPropertyName("a")]
    public TimeSpan DeleteVersionAfter { get; init; }

    /// <summary>The user's own labels; null when none were ever set.</summary>
    [JsonPropertyName("l")]
    public ImmutableSortedDictionary<string, string>? CustomMetadata { get; init; }

    /// <summary>The versions kept, oldest first, without gaps, the current one last.</summary>
    [JsonPropertyName("v")]
    public ImmutableArray<KvVersion> Versions
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Labels are read back in another order than a caller may have given them.</summary>
    [JsonIgnore]
    public bool IsStoredWhole => CustomMetadata is null;

    [JsonIgnore]
    public long FirstVersion => CurrentVersion - Versions.Length + 1;

    /// <summary>A version by its number, or null when it never was or is no longer kept.</summary>
    public KvVersion? Find(long number) =>
        number >= FirstVersion && number <= CurrentVersion ? Versions[(int)(number - FirstVersion)] : null;

    /// <summary>Adds a version, and drops those that <paramref name="maxVersions"/> leaves no room for.</summary>
    public KvKey Add(KvVersion version, long maxVersions)
    {
        var current = CurrentVersion + 1;
        var oldest = current - OldestVersion >= maxVersions ? current - maxVersions + 1 : OldestVersion;
        var dropped = (int)Math.Clamp(oldest - FirstVersion, 0, Versions.Length);
        return this with
        {
            CurrentVersion = current,
            OldestVersion = oldest,
            Created = Created == default ? version.Created : Created,
            Updated = version.Created,
            Versions = [.. Versions.AsSpan()[dropped..], version],
        };
    }

    /// <summary>Changes the versions with these numbers; unknown ones are passed over. This very key when none of them is another now.</summary>
    public KvKey Change(IEnumerable<long> numbers, Func<KvVersion, KvVersion> change)
    {
        var versions = Versions.ToBuilder();
        var isSame = true;
        foreach (var number in numbers.Where(number => Find(number) is not null))
        {
            var index = (int)(number - FirstVersion);
            var changed = change(versions[index]);
            isSame &= changed == versions[index];
            versions[index] = changed;
        }

        return isSame ? this : this with { Versions = versions.ToImmutable() };
    }
}
