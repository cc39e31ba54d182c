using Coffer.Conformance.Tests.Recordings;

namespace Coffer.Conformance.Tests;

/// <summary>
/// The cases that do not pass yet, from <c>pending.txt</c>. A line is <c>AREA/CASE  # reason</c>, or <c>AREA/PREFIX*  # reason</c> for all cases
/// that begin so; of the latter only the first one is run, to see that it still fails.
/// </summary>
internal sealed class PendingList
{
    private PendingList(IReadOnlyDictionary<string, string> cases, IReadOnlyDictionary<string, string> patterns)
    {
        Cases = cases;
        Patterns = patterns;
    }

    public static string File { get; } = Path.Combine(Archive.Folder, "pending.txt");

    /// <summary>Reasons by case.</summary>
    public IReadOnlyDictionary<string, string> Cases { get; }

    /// <summary>Reasons by pattern, the star left off.</summary>
    public IReadOnlyDictionary<string, string> Patterns { get; }

    public static PendingList Load() => Parse(System.IO.File.ReadAllLines(File));

    /// <exception cref="InvalidDataException">A line names nothing, names it twice or gives no reason.</exception>
    public static PendingList Parse(IEnumerable<string> lines)
    {
        var cases = new Dictionary<string, string>();
        var patterns = new Dictionary<string, string>();
        foreach (var line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            var (name, reason) = line.Split('#', 2, StringSplitOptions.TrimEntries) is [var left, { Length: > 0 } right]
                ? (left, right)
                : throw new InvalidDataException($"'{line}' gives no reason; write AREA/CASE  # reason");
            var isNew = name.EndsWith('*') ? patterns.TryAdd(name[..^1], reason) : cases.TryAdd(name, reason);
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
