using System.Diagnostics;
using SharpFuzz;

namespace Coffer.Fuzz;

/// <summary>A copy of this program in which the assemblies of the product count the edges that they take.</summary>
internal static class Instrumentation
{
    private const string Mark = "COFFER_FUZZ_INSTRUMENTED";

    /// <summary>True in the copy.</summary>
    public static bool IsOn => Environment.GetEnvironmentVariable(Mark) is not null;

    /// <summary>Makes the copy and lets it do the work.</summary>
    /// <returns>Its exit code.</returns>
    public static int Run(string folder, string[] arguments)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var own = Path.GetFileName(typeof(Instrumentation).Assembly.Location);
        foreach (var assembly in Directory.EnumerateFiles(folder, "Coffer.*.dll").Where(file => Path.GetFileName(file) != own))
        {
            Fuzzer.Instrument(assembly, _ => true, Options.Value);
        }

        var start = new ProcessStartInfo(Path.Combine(folder, Path.GetFileName(Environment.ProcessPath!)), arguments);
        start.Environment[Mark] = "1";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        process.WaitForExit();
        return process.ExitCode;
    }
}
