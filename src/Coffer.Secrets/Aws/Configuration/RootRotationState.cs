using System.Collections.Immutable;

namespace Coffer.Secrets.Aws.Configuration;

/// <summary>How far the replacing of a mount's own key has come. Stored before each step whose outcome could be lost.</summary>
internal sealed record RootRotationState
{
    public const string Key = "config/rotation";

    /// <summary>The key that is replaced.</summary>
    public required string OldKeyId { get; init; }

    /// <summary>The user's keys before another was made; null until they were asked for, empty where AWS does not let them be seen.</summary>
    public ImmutableArray<string>? KeysBefore { get; init; }

    /// <summary>When AWS was last asked for a key; null once it has answered.</summary>
    public DateTimeOffset? AskTime { get; init; }

    /// <summary>Until when a key may still come that an earlier run asked for without an answer; null when none can.</summary>
    public DateTimeOffset? LateUntil { get; init; }

    /// <summary>The key that was made; empty until then.</summary>
    public string NewKeyId { get; init; } = "";

    public string NewSecret { get; init; } = "";

    public string UserName { get; init; } = "";

    public override string ToString() => $"RootRotationState({OldKeyId}, redacted)";
}
