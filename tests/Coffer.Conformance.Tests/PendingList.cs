using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests;

/// <summary>
/// The cases that do not pass, from <c>pending.txt</c>. A line is <c>AREA/CASE  # not yet: reason</c>, <c>AREA/PREFIX*  # not yet: reason</c> for
/// all cases that begin so (of these only the first one is run, to see that it still fails), or <c>AREA/CASE  # different at step 2, 5: reason</c>
/// where Coffer answers otherwise on purpose (the other steps of such a case still have to pass).
/// </summary>
internal sealed class PendingList
{
    private PendingList(IReadOnlyDictionary<string, PendingEntry> cases, IReadOnlyDictionary<string, PendingEntry> patterns)
    {
        Cases = cases;
        Patterns = patterns;
    }

    public static string File { get; } = Path.Combine(Archive.Folder, "pending.txt");

    /// <summary>Reasons by case.</summary>
    public IReadOnlyDictionary<string, PendingEntry> Cases { get; }

    /// <summary>Reasons by pattern, the star left off.</summary>
    public IReadOnlyDictionary<string, PendingEntry> Patterns { get; }

    public static PendingList Load() => Parse(System.IO.File.ReadAllLines(File));

    /// <exception cref="InvalidDataException">
    /// A line names nothing, names it twice, does not say of which kind its reason is, or calls a whole pattern different on purpose.
    /// </exception>
    public static PendingList Parse(IEnumerable<string> lines)
    {
        var cases = new Dictionary<string, PendingEntry>();
        var patterns = new Dictionary<string, PendingEntry>();
        foreach (var line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            var (name, entry) = line.Split('#', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } left, var right] && PendingEntry.Parse(right) is { } known
                ? (left, known)
                : throw new InvalidDataException(
                    $"'{line}' gives no reason of a known kind; write AREA/CASE  # not yet: REASON, or AREA/CASE  # different at step 2, 5: REASON");
            if (name.EndsWith('*') && entry.IsDeliberate)
            {
                throw new InvalidDataException($"'{name}' calls many cases different on purpose; list each with its steps");
            }

            var isNew = name.EndsWith('*') ? patterns.TryAdd(name[..^1], entry) : cases.TryAdd(name, entry);
            if (!isNew)
            {
                throw new InvalidDataException($"'{name}' is listed twice");
            }
        }

        return new PendingList(cases, patterns);
    }

    /// <summary>The pattern that a case falls under; null when there is none, or when the case is listed by its own name.</summary>
    public string? PatternOf(RecordedCase recorded) =>
        Cases.ContainsKey(recorded.Id) ? null : Patterns.Keys.FirstOrDefault(pattern => recorded.Id.StartsWith(pattern, StringComparison.Ordinal));

    /// <summary>The case that stands for a pattern: the first one under it.</summary>
    public RecordedCase? Probe(string pattern) => Archive.Cases.FirstOrDefault(recorded => PatternOf(recorded) == pattern);
}
