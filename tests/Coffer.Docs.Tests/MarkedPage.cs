using System.Text;

namespace Coffer.Docs.Tests;

/// <summary>
/// A page that people write and that has sections made from declarations. A section lies between the lines <c>&lt;!-- generated: NAME --&gt;</c> and
/// <c>&lt;!-- end of NAME --&gt;</c>; the rest is left as it is.
/// </summary>
internal static class MarkedPage
{
    /// <summary>The page with every section replaced.</summary>
    /// <param name="page">The text as it is now.</param>
    /// <param name="sections">The new text of each section, by name.</param>
    /// <exception cref="InvalidDataException">The page lacks a section, or has one that is not among them.</exception>
    public static string Fill(string page, IReadOnlyDictionary<string, string> sections)
    {
        var filled = new StringBuilder();
        var open = (string?)null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in page.TrimEnd('\n').Split('\n'))
        {
            if (open is not null)
            {
                open = line == End(open) ? null : open;
                continue;
            }

            filled.Append(line).Append('\n');
            if (Name(line) is not { } name)
            {
                continue;
            }

            if (!sections.TryGetValue(name, out var text) || !seen.Add(name))
            {
                throw new InvalidDataException($"the section \"{name}\" is not known, or is on the page twice");
            }

            filled.Append('\n').Append(text.TrimEnd('\n')).Append("\n\n").Append(End(name)).Append('\n');
            open = name;
        }

        if (open is not null || seen.Count != sections.Count)
        {
            throw new InvalidDataException($"the page has no \"{End(open ?? sections.Keys.Except(seen).First())}\"");
        }

        return filled.ToString();
    }

    private static string End(string name) => $"<!-- end of {name} -->";

    private static string? Name(string line)
    {
        const string start = "<!-- generated: ";
        const string end = " -->";
        return line.StartsWith(start, StringComparison.Ordinal) && line.EndsWith(end, StringComparison.Ordinal) ? line[start.Length..^end.Length] : null;
    }
}
