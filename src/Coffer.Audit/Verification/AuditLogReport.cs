using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Coffer.Audit.Verification;

/// <summary>What a check of audit files found and what it did not look at: the same facts as lines for people and as JSON.</summary>
public sealed record AuditLogReport
{
    /// <summary>What came of it. Its number is the exit code.</summary>
    public AuditLogVerdict Verdict { get; init; }

    /// <summary>The files, oldest first.</summary>
    public required ImmutableArray<string> Files { get; init; }

    /// <summary>What was read; null when the check ended before the last line.</summary>
    public AuditLogEntries? Entries { get; init; }

    /// <summary>What is odd and no fault, each with its file.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Why the verdict is <see cref="AuditLogVerdict.Broken"/> or <see cref="AuditLogVerdict.NotRead"/>; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>What nothing that was given could show, each a phrase.</summary>
    public ImmutableArray<string> NotChecked { get; init; } = [];

    /// <summary>For people, line by line.</summary>
    public IEnumerable<string> Lines
    {
        get
        {
            foreach (var warning in Warnings)
            {
                yield return $"Warning: {warning}";
            }

            if (Reason is not null)
            {
                yield return Verdict == AuditLogVerdict.NotRead ? $"Error: {Reason}" : Reason;
                yield break;
            }

            var entries = Entries ?? throw new InvalidOperationException("a check that ended well has read entries");
            yield return $"The chain holds: entries {entries.First} to {entries.Last}, the last with hash {entries.LastHash}.";
            foreach (var what in NotChecked)
            {
                yield return $"Not checked: {what}.";
            }

            if (Verdict == AuditLogVerdict.Proven)
            {
                yield return entries.Vouched == entries.Last
                    ? "Every entry is as the server wrote it, and none is missing."
                    : $"Up to entry {entries.Vouched} every entry is as the server wrote it, and none is missing. Later entries were written since.";
            }
        }
    }

    /// <summary>For programs. Members are always the same; those of entries are null when the check ended before the last line.</summary>
    public JsonObject ToJson() => new()
    {
        ["verdict"] = Verdict switch
        {
            AuditLogVerdict.Proven => "proven",
            AuditLogVerdict.NotRead => "not_read",
            AuditLogVerdict.Broken => "broken",
            AuditLogVerdict.NotProven => "not_proven",
            _ => throw new InvalidOperationException($"no name for {Verdict}"),
        },
        ["reason"] = Reason,
        ["files"] = Array(Files),
        ["first_entry"] = Entries?.First,
        ["last_entry"] = Entries?.Last,
        ["last_hash"] = Entries?.LastHash,
        ["vouched_entry"] = Entries?.Vouched,
        ["warnings"] = Array(Warnings),
        ["not_checked"] = Array(NotChecked),
    };

    internal AuditLogReport With(AuditLogVerdict verdict, string reason) => this with { Verdict = verdict, Reason = reason };

    private static JsonArray Array(ImmutableArray<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
