namespace Coffer.Kill.Tests;

/// <summary>What was counted, for people: lines of files in <c>artifacts/tests</c>.</summary>
internal static class Figures
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Begun = new(StringComparer.Ordinal);

    /// <summary>Adds a line to <c>kill-NAME.txt</c>, which begins again with each run.</summary>
    public static void Add(string name, string line)
    {
        lock (Gate)
        {
            var file = Path.Combine(Folder(), $"kill-{name}.txt");
            if (Begun.Add(name))
            {
                File.Delete(file);
            }

            File.AppendAllLines(file, [line]);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(line);
    }

    private static string Folder()
    {
        // The tests run from artifacts/bin/PROJECT/release.
        var artifacts = new DirectoryInfo(AppContext.BaseDirectory).Parent?.Parent?.Parent?.FullName ?? AppContext.BaseDirectory;
        return Directory.CreateDirectory(Path.Combine(artifacts, "tests")).FullName;
    }
}
