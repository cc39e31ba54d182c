using System.Text.Json;

namespace Coffer.Barrier.Tests;

/// <summary>Reads vector files that the build puts beside the tests.</summary>
internal static class Vectors
{
    public static string[] Lines(string file) => File.ReadAllLines(PathOf(file));

    public static JsonElement Json(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(file)));
        return document.RootElement.Clone();
    }

    public static byte[] Hex(this JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "vectors", file);
}
