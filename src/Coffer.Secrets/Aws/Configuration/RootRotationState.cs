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

    /// <summary>The key that was made; empty until then.</summary>
    public string NewKeyId { get; init; } = "";

    public string NewSecret { get; init; } = "";

    public string UserName { get; init; } = "";

    public override string ToString() => $"RootRotationState({OldKeyId}, redacted)";
}
