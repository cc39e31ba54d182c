using System.Diagnostics;

namespace Coffer.Walkthrough.Tests.Running;

/// <summary>A folder with the built program under the name <c>vault</c>, and a home that nothing else uses.</summary>
internal sealed class Installation : IDisposable
{
    private static readonly string[] Hidden = ["VAULT_", "COFFER_", "AWS_"];

    private readonly string _folder = Directory.CreateTempSubdirectory("coffer-walkthrough-").FullName;

    public Installation()
    {
        Home = Directory.CreateDirectory(Path.Combine(_folder, "user")).FullName;
        var path = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        Program = Path.Combine(path, "vault");
        Assert.True(File.Exists(Built), $"there is no program at {Built}");
        File.CreateSymbolicLink(Program, Built);
    }

    /// <summary>The link.</summary>
    public string Program { get; }

    public string Home { get; }

    /// <summary>The program of the build that these tests are part of, or another one, such as the native one, that the environment names.</summary>
    private static string Built
    {
        get
        {
            if (Environment.GetEnvironmentVariable("COFFER_WALKTHROUGH_PROGRAM") is { Length: > 0 } chosen)
            {
                return chosen;
            }

            var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
            return Path.Combine(own.Parent!.Parent!.FullName, "Coffer.Cli", own.Name, "coffer");
        }
    }

    /// <summary>How to start a program as this user would: link first in the path, and none of the settings of the account that runs the tests.</summary>
    public ProcessStartInfo StartInfo(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Home,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => Hidden.Any(name.StartsWith)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = Home;
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Program)}:{start.Environment["PATH"]}";
        return start;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
