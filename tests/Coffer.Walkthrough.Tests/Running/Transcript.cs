namespace Coffer.Walkthrough.Tests.Running;

/// <summary>A session in a terminal, written down: sections under headings, each with lines that are typed and what comes back.</summary>
/// <remarks>The form is described at the top of <c>Scripts/walkthrough.txt</c>.</remarks>
internal sealed class Transcript
{
    private const string Heading = "## ";
    private const string Comment = "# ";
    private const string Prompt = "$ ";
    private const string More = "> ";
    private const string Exit = "[exit ";

    private readonly Dictionary<string, List<TranscriptStep>> _sections = new(StringComparer.Ordinal);

    /// <summary>The lines of one section, in order.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public IReadOnlyList<TranscriptStep> this[string section] =>
        _sections.TryGetValue(section, out var steps) ? steps : throw new KeyNotFoundException($"no section is called '{section}'");

    public IEnumerable<TranscriptStep> Steps => _sections.Values.SelectMany(steps => steps);

    public bool Has(string section) => _sections.ContainsKey(section);

    public static Transcript Load(string file) => Parse(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Scripts", file)));

    /// <exception cref="FormatException">A line is where it cannot be.</exception>
    public static Transcript Parse(IEnumerable<string> lines)
    {
        var transcript = new Transcript();
        List<TranscriptStep>? section = null;
        foreach (var line in lines)
        {
            if (line.StartsWith(Heading, StringComparison.Ordinal))
            {
                section = [];
                transcript._sections.Add(line[Heading.Length..], section);
            }
            else if (line.StartsWith(Prompt, StringComparison.Ordinal))
            {
                (section ?? throw Misplaced(line)).Add(new TranscriptStep(line[Prompt.Length..], [], 0));
            }
            else if (section is [.., var step])
            {
                section[^1] = Extended(step, line);
            }
            else if (line.Length > 0 && !line.StartsWith(Comment, StringComparison.Ordinal))
            {
                throw Misplaced(line);
            }
        }

        return transcript;
    }

    private static TranscriptStep Extended(TranscriptStep step, string line)
    {
        if (line.StartsWith(More, StringComparison.Ordinal))
        {
            return step.Output.Count == 0 ? step with { Typed = $"{step.Typed}\n{line[More.Length..]}" } : throw Misplaced(line);
        }

        return line.StartsWith(Exit, StringComparison.Ordinal)
            ? step with { ExitCode = int.Parse(line[Exit.Length..^1], System.Globalization.CultureInfo.InvariantCulture) }
            : step with { Output = [.. step.Output, line] };
    }

    private static FormatException Misplaced(string line) => new($"this line belongs to nothing: {line}");
}
