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
    public static EngineType Type { get; } = new("kv", MountClass.Secret, "Key/value secrets, with or without versions.", Create);

    /// <summary><c>generic</c>: the old name of version 1, which some clients still mount.</summary>
    public static EngineType Generic { get; } =
        new("generic", MountClass.Secret, "Key/value secrets without versions, by their old name.", _ => new PlainEngine());

    /// <summary>The version that a mount's options ask for.</summary>
    /// <exception cref="EngineException">The option is neither absent, <c>1</c> nor <c>2</c>.</exception>
    public static int VersionOf(ImmutableDictionary<string, string> options) => options.GetValueOrDefault("version", "") switch
    {
        "" or "1" => 1,
        "2" => 2,
        var other => throw new EngineException(FailureClass.Invalid, $"kv has no version \"{other}\": set the option version to \"1\" or \"2\""),
    };

    private static IEngine Create(EngineContext context) =>
        VersionOf(context.Options) == 2 ? new VersionedEngine() : new PlainEngine();
}
