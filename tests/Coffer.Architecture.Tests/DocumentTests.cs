using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Coffer.Architecture.Tests;

/// <summary>Prose that names code is checked, so that it cannot describe what is no longer there.</summary>
public partial class DocumentTests
{
    private static readonly string[] Required =
        ["README.md", "LICENSE", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/configuration.md", "docs/dependencies.md", "docs/reliability.md", "docs/performance.md", "dev.cs", ".ci/run"];

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
    public void Every_key_that_the_configuration_reader_knows_stands_on_its_page()
    {
        var page = Repository.Read("docs/configuration.md");
        var keys = Repository.SourceFiles.Where(file => file.StartsWith("src/Coffer.Server/Configuration/", StringComparison.Ordinal) && (file.EndsWith("Reader.cs", StringComparison.Ordinal) || file.EndsWith("/KnownKeys.cs", StringComparison.Ordinal)))
            .SelectMany(file => ConfigurationKey().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value))
            .Concat(["storage", "listener", "seal", "audit", "path", "address", "description", "options"])
            .Distinct().ToArray();

        Assert.Contains("tls_cert_file", keys);
        Assert.Contains("log_rotate_bytes", keys);
        Assert.DoesNotContain(keys, key => !page.Contains($"`{key}`", StringComparison.Ordinal));
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

    private static IEnumerable<string> Pages() => Repository.Files.Where(file =>
        file.EndsWith(".md", StringComparison.Ordinal) && (!file.Contains('/', StringComparison.Ordinal) || file.StartsWith("docs/", StringComparison.Ordinal)));

    [GeneratedRegex(@"^\| `([\w.-]+)` \|")]
    private static partial Regex PackageRow();

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
