using System.Diagnostics;

namespace Coverage;

/// <summary>One run of a test program that counts the lines it reaches.</summary>
internal static class CountedRun
{
    /// <summary>A run that takes longer hangs, and is stopped.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(15);

    /// <summary>Runs a copy of the program's folder, since the assemblies that count are rewritten ones. Tests that fail are noted, and counted all the same.</summary>
    /// <returns>False when nothing was counted; why is on the terminal.</returns>
    public static async Task<bool> RunAsync(string root, string suite, LineCounts counts)
    {
        var folder = Path.Combine(root, "artifacts", "coverage", suite);
        var report = folder + ".json";
        Directory.CreateDirectory(folder);
        File.Delete(report);
        Copy(Path.Combine(root, "artifacts", "bin", suite, "release"), folder);
        try
        {
            string[] arguments =
            [
                "msbuild", "tests/Coverage/Coverage.csproj", "-nologo", "-verbosity:minimal", "-target:Measure",
                $"-property:Folder={folder}", $"-property:Suite={suite}", $"-property:Report={report}",
            ];
            using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root, RedirectStandardOutput = true })!;
            using var limit = new CancellationTokenSource(LongestRun);
            await using var stop = limit.Token.Register(() => process.Kill(entireProcessTree: true));
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0 || !File.Exists(report))
            {
                Console.Error.WriteLine(output);
                return false;
            }

            foreach (var note in output.Split('\n').Where(line => line.TrimStart().StartsWith("note: ", StringComparison.Ordinal)))
            {
                Console.WriteLine(note);
            }

            counts.Add(report);
            return true;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }
}
