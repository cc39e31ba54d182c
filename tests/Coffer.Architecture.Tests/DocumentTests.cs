using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Coffer.Architecture.Tests;

/// <summary>Prose that names code is checked, so that it cannot describe what is no longer there.</summary>
public partial class DocumentTests
{
    private const string SecurityPage = "docs/security.md";

    private static readonly string[] Required =
        ["README.md", "LICENSE", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/compatibility.md", "docs/operate.md", "docs/configuration.md", "docs/dependencies.md",
        "docs/reliability.md", "docs/performance.md", "dev.cs", ".ci/run"];

    [Fact]
    public void What_a_stranger_looks_for_is_there() => Assert.All(Required, file => Assert.Contains(file, Repository.Files));

    [Fact]
    public void The_dependencies_page_lists_exactly_the_packages_in_use()
    {
        var packages = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(package => package.Attribute("Include")!.Value);
        var listed = Repository.Lines("docs/dependencies.md").Select(line => PackageRow().Match(line)).Where(row => row.Success)
            .Select(row => row.Groups[1].Value);

        Assert.Equal(packages.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Types_that_the_architecture_page_names_exist()
    {
        var types = Repository.SourceFiles.SelectMany(file => Declaration().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value + match.Groups[2].Value)).ToHashSet();
        var named = Code().Matches(Repository.Read("docs/architecture.md")).Select(match => match.Groups[1].Value)
            .Where(word => TypeLike().IsMatch(word) && !Repository.Exists($"src/{word}") && !Repository.Exists($"src/Coffer.{word}")).ToArray();

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, word => !types.Contains(word.Split('.', '<')[0]));
    }

    [Fact]
    public void Files_that_a_page_names_exist()
    {
        var missing = Pages().SelectMany(page => Code().Matches(Repository.Read(page)).Select(match => match.Groups[1].Value)
            .Where(word => FileLike().IsMatch(word) && !Repository.Exists(word))
            .Select(word => $"{page} names {word}"));

        Assert.Empty(missing);
    }

    [Fact]
    public void The_page_on_engines_shows_the_code_that_the_tests_run_in_at_most_150_lines()
    {
        var page = Repository.Read("docs/write-an-engine.md");
        Assert.Contains($"```csharp\n{Repository.Read("tests/Coffer.Kernel.Tests/Engines/TicketsEngine.cs")}```\n", page, StringComparison.Ordinal);
        Assert.Contains($"```csharp\n{Repository.Read("tests/Coffer.Kernel.Tests/Engines/TicketsEngineTests.cs")}```\n", page, StringComparison.Ordinal);
        Assert.InRange(page.Count(character => character == '\n'), 1, 150);
    }

    [Fact]
    public void Every_key_that_the_configuration_reader_knows_stands_on_its_page()
    {
        var page = Repository.Read("docs/configuration.md");
        var keys = Repository.SourceFiles.Where(file => file.StartsWith("src/Coffer.Server/Configuration/", StringComparison.Ordinal) && (file.EndsWith("Reader.cs", StringComparison.Ordinal) || file.EndsWith("Keys.cs", StringComparison.Ordinal)))
            .SelectMany(file => ConfigurationKey().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value))
            .Concat(["storage", "listener", "seal", "audit", "path", "address", "description", "options"])
            .Distinct().ToArray();

        Assert.Contains("tls_cert_file", keys);
        Assert.Contains("log_rotate_bytes", keys);
        Assert.DoesNotContain(keys, key => !page.Contains($"`{key}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Tests_that_the_security_page_names_exist()
    {
        var named = Code().Matches(Repository.Read(SecurityPage)).Select(match => match.Groups[1].Value).Where(word => TestName().IsMatch(word)).ToArray();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(TestNames()));
    }

    [Fact]
    public void A_test_that_is_named_after_an_advisory_is_on_the_security_page()
    {
        var page = Repository.Read(SecurityPage);
        var named = TestNames().Where(name => AdvisoryTest().IsMatch(name)).ToArray();

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => !page.Contains($"`{name}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_advisory_that_can_apply_has_a_test_that_is_named_after_it_or_after_one_of_the_same_cause()
    {
        var rows = Rows("## What can apply to what is here");
        var without = rows.Where(row => !Advisory().Matches(row[0]).Any(advisory => Code().Matches(row[^1])
            .Any(test => test.Groups[1].Value.Contains(advisory.Value.Replace('-', '_'), StringComparison.OrdinalIgnoreCase))));

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(4, row.Length));
        Assert.Empty(without.Select(row => row[0]));
    }

    [Fact]
    public void An_advisory_has_one_row_on_the_security_page()
    {
        var advisories = Rows("## What can apply to what is here").Concat(Rows("## What cannot apply yet"))
            .SelectMany(row => Advisory().Matches(row[0]).Select(match => match.Value)).ToArray();

        Assert.Equal(advisories.Distinct(), advisories);
    }

    [Fact]
    public void Links_between_pages_lead_somewhere()
    {
        var broken = Pages().SelectMany(page => Link().Matches(Repository.Read(page)).Select(match => match.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
            .Select(target => Path.Combine(Path.GetDirectoryName(page)!, target.Split('#')[0]))
            .Where(target => !Repository.Exists(target))
            .Select(target => $"{page} leads to {target}"));

        Assert.Empty(broken);
    }

    [Fact]
    public void The_readme_names_the_two_commands_and_the_tool_has_every_verb()
    {
        var readme = Repository.Read("README.md");
        Assert.Contains("dotnet run dev.cs demo\n", readme, StringComparison.Ordinal);
        Assert.Contains("dotnet run dev.cs test\n", readme, StringComparison.Ordinal);

        var tool = Repository.Read("dev.cs");
        var named = Pages().SelectMany(page => Verb().Matches(Repository.Read(page))).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Contains("check", named);
        Assert.All(named, verb => Assert.Contains($"\"{verb}\"", tool, StringComparison.Ordinal));
    }

    [Fact]
    public void The_readme_names_every_engine_that_can_be_mounted_as_here_today()
    {
        var readme = Repository.Read("README.md");
        var today = readme[readme.IndexOf("What is here today:", StringComparison.Ordinal)..readme.IndexOf("What is not here yet:", StringComparison.Ordinal)];
        var types = Repository.SourceFiles.Where(file => file.StartsWith("src/Coffer.Secrets/", StringComparison.Ordinal) || file.StartsWith("src/Coffer.Auth/", StringComparison.Ordinal))
            .SelectMany(file => EngineType().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)).Except(["generic"]).ToArray();

        Assert.Contains("aws", types);
        Assert.DoesNotContain(types, type => !today.Contains($"`{type}`", StringComparison.Ordinal));
        var named = Code().Matches(today).Select(match => match.Groups[1].Value).Except(["token", "identity"]);
        Assert.Empty(named.Except(types));
    }

    [Fact]
    public void Every_file_that_a_step_of_the_readme_reads_is_made_by_a_step_before()
    {
        var readme = Repository.Read("README.md");
        var read = ReadFile().Matches(readme).ToArray();

        Assert.NotEmpty(read);
        Assert.All(read, match => Assert.Contains($"> {match.Groups[1].Value}\n", readme[..match.Index], StringComparison.Ordinal));
    }

    /// <summary>The cells of the first table below a heading of the security page.</summary>
    private static string[][] Rows(string heading) =>
    [
        .. Repository.Lines(SecurityPage).SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(line => line.Trim('|', ' ').Split(" | ")),
    ];

    private static HashSet<string> TestNames() =>
    [
        .. Repository.Files.Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && Repository.IsCode(file))
            .SelectMany(file => TestMethod().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)),
    ];

    private static IEnumerable<string> Pages() => Repository.Files.Where(file =>
        file.EndsWith(".md", StringComparison.Ordinal) && (!file.Contains('/', StringComparison.Ordinal) || file.StartsWith("docs/", StringComparison.Ordinal)));

    [GeneratedRegex("new\\(\"([a-z]+)\", MountClass")]
    private static partial Regex EngineType();

    [GeneratedRegex(@"=@([\w.-]+)")]
    private static partial Regex ReadFile();

    [GeneratedRegex(@"^\| `([\w.-]+)` \|")]
    private static partial Regex PackageRow();

    [GeneratedRegex(@"\[(?:Fact|Theory)[^\]]*\](?:\s*\[.*\])*\s*public (?:static )?(?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*(?:_\w+){2,}$")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^(?:CVE|GHSA|GO)_\w+$", RegexOptions.IgnoreCase)]
    private static partial Regex AdvisoryTest();

    [GeneratedRegex(@"\b(?:CVE-\d{4}-\d+|GHSA(?:-[0-9a-z]{4}){3}|GO-\d{4}-\d+)\b")]
    private static partial Regex Advisory();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum) ([A-Z]\w*)|\bdelegate [\w<>]+ ([A-Z]\w*)")]
    private static partial Regex Declaration();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[A-Z][a-z]\w*(<\w+>)?(\.\w+)*$")]
    private static partial Regex TypeLike();

    [GeneratedRegex(@"^(src|tests|docs|bench|fuzz|\.ci)/[\w./-]+$")]
    private static partial Regex FileLike();

    [GeneratedRegex("\"([a-z]+(?:_[a-z]+)+)\"")]
    private static partial Regex ConfigurationKey();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"dotnet run dev\.cs ([a-z]+)")]
    private static partial Regex Verb();
}
