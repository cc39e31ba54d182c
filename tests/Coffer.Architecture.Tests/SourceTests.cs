using System.Text.RegularExpressions;

namespace Coffer.Architecture.Tests;

public partial class SourceTests
{
    private const int LinesMax = 500;

    /// <summary>Files that are longer, with the length they may have. A file that shrinks takes its number down with it.</summary>
    private static readonly Dictionary<string, int> LongFiles = [];

    /// <summary>The dollar sign also matches before a newline at the end: a name that passes then holds one.</summary>
    [Fact]
    public void A_pattern_that_checks_a_whole_text_ends_with_the_end_of_the_text()
    {
        var open = Repository.SourceFiles.SelectMany(file => Repository.Lines(file)
            .Where(line => line.Contains("Regex", StringComparison.Ordinal) && line.Contains("$\"", StringComparison.Ordinal) && !line.Contains("= $\"", StringComparison.Ordinal) && !line.Contains("($\"", StringComparison.Ordinal))
            .Select(line => $"{file}: {line.Trim()}"));

        Assert.Empty(open);
    }

    [Fact]
    public void No_source_file_is_longer_than_the_limit()
    {
        var tooLong = Repository.Files.Where(file => Repository.IsCode(file) && !file.StartsWith("tests/", StringComparison.Ordinal))
            .Select(file => (File: file, Lines: Repository.Lines(file).Length))
            .Where(file => file.Lines > LongFiles.GetValueOrDefault(file.File, LinesMax))
            .Select(file => $"{file.File}: {file.Lines} lines, and it is two rooms");

        Assert.Empty(tooLong);
    }

    [Fact]
    public void The_list_of_long_files_only_shrinks() => Assert.All(LongFiles, entry =>
    {
        Assert.True(Repository.Exists(entry.Key), $"{entry.Key} is gone: take it off the list");
        Assert.Equal(entry.Value, Repository.Lines(entry.Key).Length);
        Assert.True(entry.Value > LinesMax, $"{entry.Key} is within the limit: take it off the list");
    });

    [Fact]
    public void A_file_is_named_after_the_type_in_it() => Assert.Empty(Repository.SourceFiles.SelectMany(file => NameProblems(file, Repository.Lines(file))));

    [Theory]
    [InlineData("src/A/Lease.cs", "public sealed class Lease;", 0)]
    [InlineData("src/A/Lease.cs", "internal static partial class Lease", 0)]
    [InlineData("src/A/Lease.Json.cs", "public sealed partial record Lease(int A)", 0)]
    [InlineData("src/A/Lease.cs", "public readonly record struct Lease(int A);\npublic enum LeaseState", 0)]
    [InlineData("src/A/Lease.cs", "public class Lease\npublic sealed class LeaseException(string text) : Exception(text)", 0)]
    [InlineData("src/A/Lease.cs", "public abstract class Lease\npublic class Lease<T> : Lease", 0)]
    [InlineData("src/A/Lease.cs", "public abstract class Lease\npublic sealed class Live(int a) : Lease\npublic sealed class Gone : Lease", 0)]
    [InlineData("src/A/Program.cs", "return 0;", 0)]
    [InlineData("src/A/Lease.cs", "public sealed class Leases", 1)]
    [InlineData("src/A/Lease.cs", "public sealed class Lease\npublic sealed class Owner", 1)]
    [InlineData("src/A/Lease.cs", "public sealed class Lease\npublic sealed class Owner : IDisposable", 1)]
    [InlineData("src/A/Lease.cs", "internal sealed class Owner", 1)]
    public void The_rule_on_names_finds_what_it_should(string file, string text, int problems) =>
        Assert.Equal(problems, NameProblems(file, text.Split('\n')).Count());

    [Fact]
    public void Nothing_in_the_source_is_marked_as_unfinished() => Assert.Empty(Found(Repository.SourceFiles, UnfinishedMark()));

    [Fact]
    public void No_comment_restates_a_property() => Assert.Empty(Found(Repository.SourceFiles, RestatingComment()));

    [Fact]
    public void No_test_is_switched_off() =>
        Assert.Empty(Found(Repository.Files.Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && Repository.IsCode(file)), SwitchedOff()));

    [Fact]
    public void The_marks_are_recognised()
    {
        Assert.Matches(UnfinishedMark(), "// " + "TO" + "DO: later");
        Assert.Matches(UnfinishedMark(), "throw new " + "NotImplemented" + "Exception();");
        Assert.DoesNotMatch(UnfinishedMark(), "// methods of a todo list");
        Assert.Matches(RestatingComment(), "/// <summary>" + "Gets or " + "sets the name.</summary>");
        Assert.Matches(SwitchedOff(), "[Fact(" + "Skip = \"slow\")]");
        Assert.DoesNotMatch(SwitchedOff(), "[Fact(" + "Skip = \"needs a peer\", SkipUnless = nameof(HasPeer))]");
    }

    [Fact]
    public void CVE_2023_25000_the_arithmetic_of_key_shares_looks_nothing_up_and_branches_on_nothing()
    {
        var code = string.Join('\n', Repository.Lines("src/Coffer.Barrier/Gf256.cs").Select(line => line.Split("//")[0]));

        Assert.Equal(["8", "8"], FixedLoop().Matches(code).Select(loop => loop.Groups[1].Value));
        Assert.DoesNotMatch(Branch(), FixedLoop().Replace(code, ""));
    }

    /// <summary>What is wrong with a file's name, or with the number of classes in it. Records, enums and exceptions may stand beside their user.</summary>
    private static IEnumerable<string> NameProblems(string file, string[] lines)
    {
        var types = lines.Select(line => TopLevelType().Match(line)).Where(match => match.Success).ToArray();
        var name = Path.GetFileName(file).Split('.')[0];
        if (types.Length > 0 && types.All(type => type.Groups["name"].Value != name))
        {
            yield return $"{file}: no type in it is called {name}";
        }

        // A closed family stays together: a class whose base is in the same file is a case of that base.
        var classes = types.Where(type => type.Groups["access"].Value == "public" && type.Groups["kind"].Value == "class")
            .Where(type => !types.Any(other => other.Groups["name"].Value == type.Groups["base"].Value))
            .Select(type => type.Groups["name"].Value).Distinct().Where(type => !type.EndsWith("Exception", StringComparison.Ordinal)).ToArray();
        if (classes.Length > 1)
        {
            yield return $"{file}: {string.Join(" and ", classes)} are public classes in one file";
        }
    }

    private static IEnumerable<string> Found(IEnumerable<string> files, Regex pattern) => files.SelectMany(file => Repository.Lines(file)
        .Select((line, index) => (Line: line, Number: index + 1))
        .Where(line => pattern.IsMatch(line.Line))
        .Select(line => $"{file}:{line.Number}: {line.Line.Trim()}"));

    // The format check keeps namespaces file-scoped, so a type at the start of a line is a top-level one.
    [GeneratedRegex(@"^(?<access>public|internal) (static |sealed |abstract |readonly |partial |ref |unsafe )*"
        + @"(?<kind>class|record struct|record class|record|struct|interface|enum|delegate [\w<>?\[\], .]+) (?<name>[A-Z]\w*)"
        + @"(<[^>]*>)?(\([^)]*\))?( : (?<base>[A-Z]\w*))?")]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"for \(var bit = [01]; bit < (\d+); bit\+\+\)")]
    private static partial Regex FixedLoop();

    // An index, a condition, or a loop whose end depends on something.
    [GeneratedRegex(@"[\[?]|&&|\|\||\b(if|switch|while|for|foreach|goto)\b|\bMath\.")]
    private static partial Regex Branch();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex UnfinishedMark();

    [GeneratedRegex("///.*Gets or sets")]
    private static partial Regex RestatingComment();

    [GeneratedRegex(@"\bSkip = ""(?!.*(SkipUnless|SkipWhen))")]
    private static partial Regex SwitchedOff();
}
