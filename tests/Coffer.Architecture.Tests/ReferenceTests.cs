using System.Xml.Linq;

namespace Coffer.Architecture.Tests;

public class ReferenceTests
{
    private const string AspNet = "Microsoft.AspNetCore.App";
    private const string BannedApis = "Microsoft.CodeAnalysis.BannedApiAnalyzers";

    /// <summary>Who may see whom, written out. A new arrow is a decision, so it is made and reviewed here.</summary>
    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["Coffer.Text"] = [],
        ["Coffer.Sdk"] = ["Coffer.Text"],
        ["Coffer.Hcl"] = [],
        ["Coffer.Outbound"] = [],
        ["Coffer.Client"] = ["Coffer.Outbound"],
        ["Coffer.Aws"] = [],
        ["Coffer.Storage"] = ["Coffer.Sdk"],
        ["Coffer.Barrier"] = ["Coffer.Sdk", "Coffer.Storage"],
        ["Coffer.Policies"] = ["Coffer.Hcl", "Coffer.Sdk", "Coffer.Text"],
        ["Coffer.Audit"] = ["Coffer.Sdk", "Coffer.Text"],
        ["Coffer.Kernel"] = ["Coffer.Audit", "Coffer.Barrier", "Coffer.Hcl", "Coffer.Policies", "Coffer.Sdk", "Coffer.Storage", "Coffer.Text"],
        ["Coffer.Auth"] = ["Coffer.Sdk"],
        ["Coffer.Secrets"] = ["Coffer.Aws", "Coffer.Sdk", "Coffer.Text"],
        ["Coffer.AwsSandbox"] = ["Coffer.Aws", "Coffer.Outbound"],
        ["Coffer.Server"] =
        [
            "Coffer.Audit", "Coffer.Auth", "Coffer.Barrier", "Coffer.Hcl", "Coffer.Kernel", "Coffer.Outbound", "Coffer.Policies", "Coffer.Sdk", "Coffer.Secrets", "Coffer.Storage", "Coffer.Text",
        ],
        ["Coffer.Cli"] = ["Coffer.Audit", "Coffer.AwsSandbox", "Coffer.Client", "Coffer.Server", "Coffer.Text"],
    };

    /// <summary>The packages and frameworks a project may use by name. Projects that are not here use none.</summary>
    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["Coffer.Audit"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Coffer.Auth"] = ["BouncyCastle.Cryptography"],
        ["Coffer.Aws"] = ["AWSSDK.Core", "AWSSDK.SecurityToken"],
        ["Coffer.AwsSandbox"] = [AspNet],
        ["Coffer.Kernel"] = ["BouncyCastle.Cryptography", "Microsoft.Extensions.Logging.Abstractions"],
        ["Coffer.Server"] = [AspNet, "OpenTelemetry", "OpenTelemetry.Exporter.OpenTelemetryProtocol"],
        ["Coffer.Storage"] = ["SQLitePCLRaw.bundle_e_sqlite3"],
    };

    [Fact]
    public void Projects_reference_only_what_the_table_allows()
    {
        var allowed = AllowedProjects.Select(row => $"{row.Key} -> {string.Join(' ', row.Value.Order(StringComparer.Ordinal))}");
        var found = Repository.Projects("src").Select(project => $"{Name(project)} -> {string.Join(' ', References(Load(project)))}");

        Assert.Equal(allowed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    /// <summary>Otherwise MSBuild passes references on, and a project could use what the table does not allow it.</summary>
    [Fact]
    public void A_project_cannot_use_what_only_its_references_reference()
    {
        string[] properties = [.. Repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal) || file.EndsWith(".props", StringComparison.Ordinal))
            .SelectMany(file => Load(file).Descendants("DisableTransitiveProjectReferences").Select(element => $"{file}: {element.Value}"))];

        Assert.Equal(["Directory.Build.props: true"], properties);
    }

    [Fact]
    public void Projects_use_only_the_packages_the_table_allows()
    {
        var allowed = AllowedProjects.Keys
            .Select(project => $"{project} -> {string.Join(' ', AllowedPackages.GetValueOrDefault(project, []).Order(StringComparer.Ordinal))}");
        var found = Repository.Projects("src").Select(project => $"{Name(project)} -> {string.Join(' ', Packages(Load(project)))}");

        Assert.Equal(allowed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_source_project_gets_the_banned_symbols_and_no_other_package()
    {
        var packages = Packages(Load("src/Directory.Build.props"));

        Assert.Equal([BannedApis], packages);
        Assert.Empty(Packages(Load("Directory.Build.props")));
    }

    /// <summary>
    /// The sandbox speaks the other end of the client's wire, and its tests drive both. The kill host ends its process inside a commit of the store. The pages
    /// of reference are made from the declarations of paths, engines and commands. The test of how bounds relate reads those of the kernel beside the server's. The
    /// harness of engines' tests reads a mount's entries through the kernel's barrier. The kernel's tests forge audit logs and fill the spools of devices.
    /// </summary>
    private static readonly HashSet<(string, string)> Neighbours =
    [
        ("Coffer.Aws", "Coffer.AwsSandbox"), ("Coffer.AwsSandbox", "Coffer.Aws.Tests"), ("Coffer.Storage", "Coffer.Kill.Host"),
        ("Coffer.Kernel", "Coffer.Server.Tests"), ("Coffer.Kernel", "Coffer.Docs.Tests"), ("Coffer.Server", "Coffer.Docs.Tests"), ("Coffer.Cli", "Coffer.Docs.Tests"),
        ("Coffer.Kernel", "Coffer.Testing.Engines"), ("Coffer.Audit", "Coffer.Kernel.Tests"),
    ];

    [Fact]
    public void Internals_are_shown_to_the_tests_of_the_same_project_only()
    {
        foreach (var project in Repository.Projects("src"))
        {
            var friends = Values(Load(project), "InternalsVisibleTo");
            Assert.All(friends, friend => Assert.True(
                friend == $"{Name(project)}.Tests" || Neighbours.Contains((Name(project), friend)), $"{Name(project)} shows its internals to {friend}"));
        }

        Assert.DoesNotContain(Repository.SourceFiles, file => Repository.Read(file).Contains("InternalsVisibleTo(", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_the_solution_names_no_other()
    {
        var listed = Load("Coffer.slnx").Descendants("Project").Select(project => project.Attribute("Path")!.Value);
        var found = new[] { "src", "tests", "bench", "fuzz" }.Where(Repository.Exists).SelectMany(Repository.Projects);

        Assert.Equal(found.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_project_has_its_lock_file()
    {
        var projects = Repository.Projects("src").Concat(Repository.Projects("tests")).Concat(Repository.Projects("bench")).Concat(Repository.Projects("fuzz"));

        Assert.All(projects, project =>
            Assert.Contains($"{Path.GetDirectoryName(project)}/packages.lock.json", Repository.Files));
    }

    /// <summary>A client of its own would follow redirects with a token or a signature, and go by other rules for proxies.</summary>
    [Fact]
    public void Connections_to_other_programs_are_opened_by_one_room_only()
    {
        string[] makers = ["new HttpClient()", "new SocketsHttpHandler", "new HttpClientHandler", "new WebProxy", "HttpClient.DefaultProxy", "WebRequest."];
        var strangers = Repository.SourceFiles.Where(file => !file.StartsWith("src/Coffer.Outbound/", StringComparison.Ordinal))
            .Where(file => Repository.Read(file) is var text && (makers.Any(maker => text.Contains(maker, StringComparison.Ordinal)) || text.Contains("HttpClient _http = new()", StringComparison.Ordinal)));

        Assert.Empty(strangers);
    }

    [Fact]
    public void A_reference_is_seen_however_it_is_written()
    {
        var project = XDocument.Parse("""
            <Project>
              <ItemGroup><ProjectReference Include="..\Coffer.Kernel\Coffer.Kernel.csproj" /></ItemGroup>
              <ItemGroup Condition="'$(X)' == ''"><ProjectReference Include="../Coffer.Sdk/Coffer.Sdk.csproj;../Coffer.Hcl/Coffer.Hcl.csproj" /></ItemGroup>
            </Project>
            """);

        Assert.Equal(["Coffer.Hcl", "Coffer.Kernel", "Coffer.Sdk"], References(project));
    }

    private static string[] References(XDocument project) =>
        [.. Values(project, "ProjectReference").Select(path => Name(path.Replace('\\', '/'))).Order(StringComparer.Ordinal)];

    private static string[] Packages(XDocument project) =>
        [.. Values(project, "PackageReference").Concat(Values(project, "FrameworkReference")).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Values(XDocument project, string element) => project.Descendants(element)
        .SelectMany(item => (item.Attribute("Include")?.Value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string Name(string project) => Path.GetFileNameWithoutExtension(project);

    private static XDocument Load(string file) => XDocument.Parse(Repository.Read(file));
}
