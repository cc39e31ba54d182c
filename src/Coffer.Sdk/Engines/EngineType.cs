using System.Collections.Immutable;

namespace Coffer.Sdk.Engines;

/// <summary>A kind of engine that can be mounted, by the name that clients give: <c>aws</c>, <c>kv</c>. What the server must know of a kind is declared here.</summary>
/// <param name="Name">The <c>type</c> in <c>sys/mounts</c>.</param>
/// <param name="Class">Where it is mounted.</param>
/// <param name="Description">One line for listings and help.</param>
/// <param name="Create">Makes the engine of one mount. Called at unseal and whenever the mount's options change.</param>
public sealed record EngineType(string Name, MountClass Class, string Description, Func<EngineContext, IEngine> Create)
{
    /// <summary>Other names that clients mount it by, each with the options that it stands for.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<string, string>> Aliases { get; init; } = ImmutableDictionary<string, ImmutableDictionary<string, string>>.Empty;

    /// <summary>Judges the option <c>version</c> of its mounts. Null: they have none.</summary>
    public VersionRule? Versions { get; init; }

    /// <summary>Its logins guess at the secret of a name: failures are counted by name, and a name that failed too often is locked out.</summary>
    public bool LocksNamesOut { get; init; }

    /// <summary>Where a mount with these options keeps its secrets apart from what lists them; null where it does not. For advice on policies.</summary>
    public Func<IReadOnlyDictionary<string, string>, SplitFolders?> Folders { get; init; } = static _ => null;
}

/// <summary>Judges a change of the option <c>version</c>.</summary>
/// <param name="before">The version that the mount has; empty when it is being made.</param>
/// <param name="after">The version that it is to have; empty for none.</param>
public delegate VersionVerdict VersionRule(string before, string after);

/// <summary>What is said of a version.</summary>
/// <param name="Problem">Why it is refused; null when it is not.</param>
/// <param name="Warning">The warning for the client beside the success; empty for nothing.</param>
public readonly record struct VersionVerdict(string? Problem, string Warning = "");

/// <summary>The folders of a mount that keeps values in one folder and lists them in another.</summary>
/// <param name="Kind">What such a mount is called, with its article: <c>a version 2 key-value store</c>.</param>
/// <param name="Branches">The first segments of all its paths.</param>
/// <param name="Data">The segment below which values are.</param>
/// <param name="Metadata">The segment below which they are listed.</param>
public sealed record SplitFolders(string Kind, ImmutableArray<string> Branches, string Data, string Metadata);
