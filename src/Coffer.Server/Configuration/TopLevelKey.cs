namespace Coffer.Server.Configuration;

/// <summary>One key of the configuration's top level: what it does, and how <c>sys/config/state/sanitized</c> shows it.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="Shown">Of what kind it is shown, whether it was given or not.</param>
internal sealed record TopLevelKey(string Name, ShownAs Shown)
{
    /// <summary>Takes the value over into the options; null for a key that has no effect here.</summary>
    public Func<ServerOptions, GivenValue, ServerOptions>? Apply { get; init; }

    /// <summary>Why a key has no effect: the reason that the notice gives.</summary>
    public string NotUsed { get; init; } = "";

    /// <summary>The name that it is shown under.</summary>
    public string ShownName { get => field ?? Name; init; }

    /// <summary>A key that is not shown.</summary>
    public static implicit operator TopLevelKey(string name) => new(name, ShownAs.Nothing);
}

/// <summary>How a key is shown. What was not given is shown as the empty value of its kind.</summary>
internal enum ShownAs
{
    Nothing,
    Text,
    Truth,
    Count,

    /// <summary>A duration, in seconds.</summary>
    Seconds,
}
