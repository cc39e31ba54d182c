using System.Text.Json;

namespace Coffer.Conformance.Tests.Recordings;

/// <summary>A sequence of requests to a fresh server.</summary>
/// <param name="Area">The file it is in.</param>
/// <param name="Name">Unique within the area.</param>
/// <param name="About">What it shows.</param>
/// <param name="Production">On an uninitialised server with a configuration file; otherwise on a dev server with the root token <c>root</c>.</param>
/// <param name="Steps">What is done.</param>
internal sealed record RecordedCase(string Area, string Name, string About, bool Production, IReadOnlyList<RecordedStep> Steps)
{
    public string Id => $"{Area}/{Name}";

    public static RecordedCase Read(string area, JsonElement item) => new(
        area,
        item.GetProperty("name").GetString()!,
        item.GetProperty("about").GetString()!,
        item.GetProperty("mode").GetString() switch
        {
            "dev" => false,
            "prod" => true,
            var other => throw new InvalidDataException($"{area}: there is no mode '{other}'"),
        },
        [.. item.GetProperty("steps").EnumerateArray().Select(RecordedStep.Read)]);
}
