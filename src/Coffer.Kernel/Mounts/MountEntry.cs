using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;

namespace Coffer.Kernel.Mounts;

/// <summary>One mount: what is served where, and with which settings. Stored in the mount table; immutable.</summary>
public sealed record MountEntry
{
    /// <summary>Canonical, with a slash at its end; auth methods stand below <c>auth/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The engine type's name.</summary>
    public required string Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required MountClass Class { get; init; }

    public string Description { get; init; } = "";

    /// <summary><c>type_</c> and eight hex digits; stable for the mount's life, also across a remount.</summary>
    public required string Accessor { get; init; }

    /// <summary>Names the mount's part of the store, so that a mount made again at the same path starts empty.</summary>
    public required string Uuid { get; init; }

    public ImmutableSortedDictionary<string, string> Options { get; init; } = EmptyMap.OfTexts;

    /// <summary>True when the client sent options at all: an empty object is shown, an absent one is null.</summary>
    public bool HasOptions { get; init; }

    public MountTuning Tuning { get; init; } = new();

    public bool Local { get; init; }

    public bool SealWrap { get; init; }

    public bool ExternalEntropyAccess { get; init; }

    /// <summary>Being unmounted: its leases are going, and it answers nothing any more.</summary>
    public bool Draining { get; init; }

    /// <summary>Id of the job that empties it; empty while it serves.</summary>
    public string DrainJob { get; init; } = "";

    /// <summary>The latest move to another path; null when it was never moved.</summary>
    public MountMove? LastMove { get; init; }

    /// <summary>Where it stood before, the latest last: ids of its leases begin so. See <see cref="AllFormerPaths"/>.</summary>
    public ImmutableArray<string> FormerPaths { get; init; } = [];

    /// <summary>A mount as the kernel makes it: with a new accessor and a store part of its own.</summary>
    public static MountEntry New(IRandom random, string path, string type, MountClass kind, string description) => new()
    {
        Path = path,
        Type = type,
        Class = kind,
        Description = description,
        Accessor = $"{(kind == MountClass.Auth ? "auth_" : "")}{type}_{random.Hex8()}",
        Uuid = random.Uuid(),
    };

    /// <summary>Every path but the present one that leases of this mount may be called after.</summary>
    [JsonIgnore]
    public IEnumerable<string> AllFormerPaths
    {
        get
        {
            // A table may have been written when only the latest move was kept.
            IEnumerable<string> known = FormerPaths.IsDefault ? [] : FormerPaths;
            return (LastMove is null ? known : known.Append(LastMove.From)).Where(path => path != Path).Distinct(StringComparer.Ordinal);
        }
    }

    /// <summary>The same mount at another path.</summary>
    public MountEntry MovedTo(string path, string moveId) => this with
    {
        Path = path,
        LastMove = new MountMove(moveId, Path, path),
        FormerPaths = [.. AllFormerPaths.Append(Path).Where(former => former != path)],
    };

    /// <summary>Where the mount's entries stand in the store.</summary>
    public string StoragePrefix => EngineKeys.PrefixOf(Uuid);

    /// <summary>Served by the kernel itself; cannot be disabled, moved or made again.</summary>
    public bool IsBuiltIn => Type is "system" or "token" or "cubbyhole" or "identity" or "ns_system";
}

/// <summary>A move that was done: clients ask for it by the id they were given.</summary>
public sealed record MountMove(string Id, string From, string To);

/// <summary>A mount's settings as <c>tune</c> reads and writes them. Zero durations mean the system's.</summary>
public sealed record MountTuning
{
    public TimeSpan DefaultLeaseTtl { get; init; }

    public TimeSpan MaxLeaseTtl { get; init; }

    public bool ForceNoCache { get; init; }

    /// <summary><c>unauth</c> shows the mount to clients without a token; <c>hidden</c> or empty does not.</summary>
    public string ListingVisibility { get; init; } = "";

    public ImmutableArray<string> AuditNonHmacRequestKeys { get; init; } = [];

    public ImmutableArray<string> AuditNonHmacResponseKeys { get; init; } = [];

    public ImmutableArray<string> PassthroughRequestHeaders { get; init; } = [];

    public ImmutableArray<string> AllowedResponseHeaders { get; init; } = [];

    /// <summary>When its users are locked out, as far as it differs from the configuration; null: not at all.</summary>
    public LockoutChanges? Lockout { get; init; }

    /// <summary>Which tokens an auth method gives: <c>default-service</c>, <c>default-batch</c>, <c>service</c>, <c>batch</c>. Empty for secrets engines.</summary>
    public string TokenType { get; init; } = "";
}

/// <summary>All mounts, in one entry of the store: a change of any of them is a change that every request notices.</summary>
public sealed record MountTable(ImmutableArray<MountEntry> Mounts)
{
    public const string StorageKey = "core/mounts";

    /// <summary>How often the table has been changed, so that an older state is known as such.</summary>
    public long Changes { get; init; }

    public MountEntry? Find(string path) => Mounts.FirstOrDefault(mount => mount.Path == path);

    public MountTable With(MountEntry mount) => new(Mounts.RemoveAll(other => other.Uuid == mount.Uuid).Add(mount)) { Changes = Changes + 1 };

    public MountTable Without(MountEntry mount) => new(Mounts.RemoveAll(other => other.Uuid == mount.Uuid)) { Changes = Changes + 1 };
}

/// <summary>Shared empty values.</summary>
internal static class EmptyMap
{
    public static ImmutableSortedDictionary<string, string> OfTexts { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
