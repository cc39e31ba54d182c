using System.Text.RegularExpressions;

namespace Coffer.Walkthrough.Tests.Running;

/// <summary>One thing that is typed and what comes back.</summary>
/// <param name="Typed">One or more lines, as a shell reads them.</param>
/// <param name="Output">Standard output and error, line by line, with placeholders.</param>
/// <param name="ExitCode">What the shell has in <c>$?</c> after it.</param>
internal sealed record TranscriptStep(string Typed, IReadOnlyList<string> Output, int ExitCode)
{
    private const char Placeholder = '…';

    /// <summary>The text between the two marks of a here-document; empty without one.</summary>
    public string HereDocument => Regex.Match(Typed, @"<<EOT\n(.*)\nEOT\z", RegexOptions.Singleline).Groups[1].Value;

    /// <summary>Whether real output is this text. Empty lines at the end do not count.</summary>
    public bool Agrees(string output) => Regex.IsMatch(output.TrimEnd('\n') + "\n", Pattern(), RegexOptions.CultureInvariant);

    private string Pattern()
    {
        var lines = Output.Reverse().SkipWhile(line => line.Length == 0).Reverse()
            .Select(line => line.Length == 1 && line[0] == Placeholder
                ? @"([^\n]*\n)*"
                : string.Join(@"\S+", line.Split(Placeholder).Select(Regex.Escape)) + @"\n");
        var pattern = string.Concat(lines);
        return $@"\A{(pattern.Length > 0 ? pattern : @"\n")}\z";
    }
}
