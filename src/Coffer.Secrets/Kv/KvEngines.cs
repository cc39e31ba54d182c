using System.Collections.Immutable;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;

namespace Coffer.Secrets.Kv;

/// <summary>The key/value engines: version 1 keeps one value a key, version 2 keeps a history with check-and-set.</summary>
public static class KvEngines
{
    /// <summary><c>kv</c>: the mount's option <c>version</c> says which, <c>1</c> (also when absent) or <c>2</c>.</summary>
    /// <remarks>
    /// A mount whose option goes from 1 to 2 needs no migration: each value is version 1 of its key from then on, and moves to the new form when
    /// it is first written. The way back is not offered.
    /// </remarks>
    public static EngineType Type { get; } = new("kv", MountClass.Secret, "Key/value secrets, with or without versions.", Create)
    {
        Aliases = ImmutableDictionary.CreateRange(
        [
            Alias("generic", "1"),
            Alias("kv-v1", "1"),
            Alias("kv-v2", "2"),
        ]),
        Versions = JudgeVersion,
        Folders = options => options.TryGetValue("version", out var version) && version == "2"
            ? new SplitFolders("a version 2 key-value store", ["data", "metadata", "delete", "undelete", "destroy", "subkeys", "config"], "data", "metadata")
            : null,
    };

    /// <summary>The version that a mount's options ask for.</summary>
    /// <exception cref="EngineException">The option is neither absent, <c>1</c> nor <c>2</c>.</exception>
    public static int VersionOf(ImmutableDictionary<string, string> options) => options.GetValueOrDefault("version", "") switch
    {
        "" or "1" => 1,
        "2" => 2,
        _ => throw new EngineException(FailureClass.Invalid, "kv has no such version: set the option version to \"1\" or \"2\""),
    };

    private static KeyValuePair<string, ImmutableDictionary<string, string>> Alias(string name, string version) =>
        new(name, ImmutableDictionary<string, string>.Empty.Add("version", version));

    private static VersionVerdict JudgeVersion(string before, string after) => (before, after) switch
    {
        (_, not ("" or "1" or "2")) => new("invalid version provided: options.version must be \"1\" or \"2\""),
        ("2", not "2") => new("cannot downgrade mount from version 2"),
        ("1", "2") => new(null, "Upgrading mount from version 1 to version 2. This mount will be unavailable for a brief period and will resume service shortly."),
        _ => default,
    };

    private static IEngine Create(EngineContext context) =>
        VersionOf(context.Options) == 2 ? new VersionedEngine() : new PlainEngine();
}
