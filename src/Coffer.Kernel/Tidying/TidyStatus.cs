using System.Collections.Immutable;

namespace Coffer.Kernel.Tidying;

/// <summary>How far a tidy is, or how the last one came out. Immutable.</summary>
public sealed record TidyStatus
{
    /// <summary>Null: none has run since the server was unsealed.</summary>
    public DateTimeOffset? BeginTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Why it broke off; empty when it did not.</summary>
    public string Error { get; init; } = "";

    public ImmutableSortedDictionary<string, TidyCount> Counts { get; init; } = ImmutableSortedDictionary.Create<string, TidyCount>(StringComparer.Ordinal);

    public string State => BeginTime is null ? "inactive" : EndTime is null ? "running" : Error.Length > 0 ? "failed" : "finished";
}

/// <summary>What one check has seen.</summary>
public readonly record struct TidyCount(long Checked, long Repaired, long Unreadable);
