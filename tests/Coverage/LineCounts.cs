using System.Globalization;
using System.Text.Json;

namespace Coverage;

/// <summary>Which lines of the source folder were reached, over all runs that were added.</summary>
/// <param name="root">Folder of the repository.</param>
internal sealed class LineCounts(string root)
{
    private readonly Dictionary<(string File, int Line), bool> _reached = [];

    /// <summary>Adds a report in coverlet's JSON: module, file, type, method, line, hits.</summary>
    public void Add(string report)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(report));
        foreach (var file in document.RootElement.EnumerateObject().SelectMany(module => module.Value.EnumerateObject()))
        {
            var path = Path.GetRelativePath(root, file.Name).Replace('\\', '/');
            if (!path.StartsWith("src/", StringComparison.Ordinal))
            {
                // Tests, and what generators have written.
                continue;
            }

            foreach (var method in file.Value.EnumerateObject().SelectMany(type => type.Value.EnumerateObject()))
            {
                foreach (var line in method.Value.GetProperty("Lines").EnumerateObject())
                {
                    var key = (path, int.Parse(line.Name, CultureInfo.InvariantCulture));
                    _reached[key] = line.Value.GetInt32() > 0 || _reached.GetValueOrDefault(key);
                }
            }
        }
    }

    /// <summary>A table of rooms.</summary>
    public void Show(TextWriter output)
    {
        output.WriteLine($"\n  {"room",-22}{"lines",8}{"reached",10}");
        foreach (var room in _reached.GroupBy(line => line.Key.File.Split('/')[1]).OrderBy(room => room.Key, StringComparer.Ordinal))
        {
            Write(output, room.Key, [.. room.Select(line => line.Value)]);
        }

        Write(output, "all", [.. _reached.Values]);
    }

    private static void Write(TextWriter output, string room, bool[] lines) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"  {room,-22}{lines.Length,8}{100.0 * lines.Count(reached => reached) / Math.Max(lines.Length, 1),8:0.0} %"));
}
