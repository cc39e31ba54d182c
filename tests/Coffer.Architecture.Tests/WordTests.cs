using System.Text;

namespace Coffer.Architecture.Tests;

/// <summary>Words that do not belong in the repository: places of one machine, hosts of package registries, traces of tools.</summary>
public class WordTests
{
    // Written in two halves, so that this file does not hold the words themselves.
    private static readonly string[] Words =
    [
        "/wo" + "rk/", "../sha" + "red", "/fa" + "rm/", "/ho" + "me/",
        "nuget" + ".org", "py" + "pi.org", "npm" + "js.", "crates" + ".io", "proxy.go" + "lang", "pythonhos" + "ted", "deb.deb" + "ian.org",
        "clau" + "de", "anthr" + "opic", "chat" + "gpt", "copi" + "lot", "open" + "ai", "co-authored" + "-by",
    ];

    [Fact]
    public void No_file_holds_a_word_of_the_list()
    {
        var found = Repository.Files.Where(IsText).SelectMany(file => Hits(file, Repository.Read(file)));

        Assert.Empty(found);
    }

    [Fact]
    public void No_file_is_named_after_a_word_of_the_list() => Assert.Empty(Repository.Files.SelectMany(file => Hits(file, "/" + file)));

    [Fact]
    public void A_word_is_found_in_either_case_with_its_line() =>
        Assert.Equal([$"a.md:2: {Words[0]}"], Hits("a.md", "first\nsee " + Words[0].ToUpperInvariant() + "x"));

    private static IEnumerable<string> Hits(string file, string text) => Words.SelectMany(word => text.Split('\n')
        .Select((line, index) => (Line: line, Number: index + 1))
        .Where(line => line.Line.Contains(word, StringComparison.OrdinalIgnoreCase))
        .Select(line => $"{file}:{line.Number}: {word}"));

    private static bool IsText(string file)
    {
        using var stream = File.OpenRead(Path.Combine(Repository.Root, file));
        Span<byte> start = stackalloc byte[512];
        return start[..stream.Read(start)].IndexOf((byte)0) < 0 && Encoding.UTF8.GetByteCount(file) > 0;
    }
}
