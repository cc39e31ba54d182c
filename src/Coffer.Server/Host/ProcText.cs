using System.Globalization;

namespace Coffer.Server.Host;

/// <summary>Files of the kernel's that are text: <c>/proc</c>, <c>/sys</c> and their like.</summary>
/// <param name="root">Where they are; <c>/</c> but for tests.</param>
internal sealed class ProcText(string root = "/")
{
    /// <summary>The lines of a file; none when it is not there or may not be read.</summary>
    public IReadOnlyList<string> Lines(string path)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A report of what there is does not fail for what a container hides.
            return [];
        }
    }

    /// <summary>The first line of a file; empty without one.</summary>
    public string First(string path) => Lines(path) is [var line, ..] ? line.Trim() : "";

    /// <summary>The lines <c>name: value</c> or <c>name=value</c> of a file.</summary>
    public IReadOnlyDictionary<string, string> Pairs(string path, char separator)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Lines(path))
        {
            var at = line.IndexOf(separator, StringComparison.Ordinal);
            if (at > 0)
            {
                pairs.TryAdd(line[..at].Trim(), line[(at + 1)..].Trim().Trim('"'));
            }
        }

        return pairs;
    }

    /// <summary>The number that a text begins with; zero without one.</summary>
    public static long Number(string? text)
    {
        var digits = new string([.. (text ?? "").TakeWhile(char.IsAsciiDigit)]);
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
