using System.Diagnostics;

namespace Coffer.Architecture.Tests;

/// <summary>The repository these tests were built from, as files.</summary>
internal static class Repository
{
    /// <summary>The folder that holds the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All files under version control, relative to <see cref="Root"/>, with forward slashes. Outside a clone: all source files.</summary>
    public static IReadOnlyList<string> Files { get; } = FindFiles();

    public static IEnumerable<string> SourceFiles => Files.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && IsCode(file));

    public static bool IsCode(string file) => file.EndsWith(".cs", StringComparison.Ordinal);

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    public static bool Exists(string file) => Path.Exists(Path.Combine(Root, file));

    /// <summary>The project files of one of the top folders.</summary>
    public static IEnumerable<string> Projects(string folder) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Coffer.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"Coffer.slnx is in no folder above {AppContext.BaseDirectory}");
    }

    private static string[] FindFiles()
    {
        if (!Path.Exists(Path.Combine(Root, ".git")))
        {
            string[] made = ["artifacts", "bin", "obj", ".vs", ".idea"];
            return [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
                .Where(file => !file.Split('/').Any(part => made.Contains(part)))];
        }

        // New files count before they are added, so that a slip shows before the commit.
        var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct().Where(Exists).Order(StringComparer.Ordinal)];
    }
}
