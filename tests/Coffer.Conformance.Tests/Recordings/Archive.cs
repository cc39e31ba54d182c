using System.Text.Json;

namespace Coffer.Conformance.Tests.Recordings;

/// <summary>All recorded cases, from <c>tests/conformance</c>.</summary>
internal static class Archive
{
    public static string Folder { get; } = Path.Combine(Root(), "tests", "conformance");

    public static IReadOnlyList<RecordedCase> Cases { get; } = [.. Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal).SelectMany(Load)];

    public static RecordedCase Case(string id) => ById[id];

    private static Dictionary<string, RecordedCase> ById { get; } = Cases.ToDictionary(recorded => recorded.Id);

    private static RecordedCase[] Load(string file)
    {
        var area = Path.GetFileNameWithoutExtension(file);
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. document.RootElement.Clone().EnumerateArray().Select(item => RecordedCase.Read(area, item))];
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Coffer.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"Coffer.slnx is in no folder above {AppContext.BaseDirectory}");
    }
}
