using System.Collections.Concurrent;
using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests;

/// <summary>Writes the list of pending cases again from a whole run. By hand only: <c>COFFER_CONFORMANCE_WRITE=1</c>.</summary>
internal sealed class PendingListWriter
{
    private const int ReasonMax = 110;

    private readonly ConcurrentDictionary<string, string> _failures = new();
    private readonly ConcurrentDictionary<string, bool> _seen = new();

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("COFFER_CONFORMANCE_WRITE") == "1"
        && Environment.GetEnvironmentVariable("CI") is null or "";

    public void Record(RecordedCase recorded, IReadOnlyList<string> differences)
    {
        _seen[recorded.Id] = true;
        if (differences.Count > 0)
        {
            _failures[recorded.Id] = differences[0].ReplaceLineEndings(" ");
        }
    }

    /// <summary>The new list, or the old one line by line when a case did not run.</summary>
    public IEnumerable<string> Lines(PendingList old, IEnumerable<string> oldLines)
    {
        if (Archive.Cases.Any(recorded => !_seen.ContainsKey(recorded.Id)))
        {
            return oldLines;
        }

        return Archive.Cases.GroupBy(recorded => recorded.Area).SelectMany(area => AreaLines(old, area.Key, [.. area]))
            .Prepend("").Prepend("# Cases that do not pass, each with the reason (not yet, or different on purpose): see CONTRIBUTING.md.");
    }

    private IEnumerable<string> AreaLines(PendingList old, string area, RecordedCase[] cases)
    {
        if (cases.All(recorded => _failures.ContainsKey(recorded.Id)))
        {
            return [$"{area}/*  # {(old.Patterns.TryGetValue($"{area}/", out var entry) ? entry.Text : PendingEntry.NotYet + "nothing of this area is there")}"];
        }

        return cases.Where(recorded => _failures.ContainsKey(recorded.Id)).Select(recorded => $"{recorded.Id}  # {Reason(old, recorded)}");
    }

    private string Reason(PendingList old, RecordedCase recorded)
    {
        if (old.Cases.TryGetValue(recorded.Id, out var entry))
        {
            return entry.Text;
        }

        var difference = _failures[recorded.Id];
        return PendingEntry.NotYet + (difference.Length <= ReasonMax ? difference : difference[..ReasonMax] + "...");
    }
}
