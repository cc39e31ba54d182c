using System.Text.Json;
using Coffer.AwsSandbox;

namespace Coffer.Aws.Peers.Tests;

public sealed class ScenarioTests
{
    /// <summary>Begins a deviation that is no step, but an element which only the sandbox sends, in whatever answer.</summary>
    private const string Everywhere = "everywhere ";

    [Theory]
    [InlineData("scenario", 110)]
    [InlineData("objects", 80)]
    public async Task Sandbox_and_moto_answer_the_same_calls_alike(string script, int steps)
    {
        await Peer.NeedBoto();
        await Peer.NeedMoto();
        await using var sandbox = await SandboxAccount.StartAsync(cancellation: Peer.Cancel);
        await using var moto = await MotoServer.StartAsync();
        var ours = Peer.Run("python3", null, Peer.Script($"{script}.py"), sandbox.Url.AbsoluteUri);
        var theirs = Peer.Run("python3", null, Peer.Script($"{script}.py"), moto.Url);
        using var left = JsonDocument.Parse(await ours);
        using var right = JsonDocument.Parse(await theirs);

        var expected = Deviations(script);
        var everywhere = expected.Keys.Where(key => key.StartsWith(Everywhere, StringComparison.Ordinal)).ToList();
        var names = left.RootElement.EnumerateArray().Select(step => Text(step, "name")).ToList();
        Assert.Equal(names, right.RootElement.EnumerateArray().Select(step => Text(step, "name")));
        var found = new Dictionary<string, string>();
        foreach (var (a, b) in left.RootElement.EnumerateArray().Zip(right.RootElement.EnumerateArray()))
        {
            if (Difference(a, b, everywhere, found) is { } difference)
            {
                found[Text(a, "name").Trim()] = difference;
            }
        }

        var unexpected = found.Where(pair => !expected.ContainsKey(pair.Key)).Select(pair => $"{pair.Key}: {pair.Value}");
        Assert.True(!unexpected.Any(), $"not on the list of deviations:\n{string.Join('\n', unexpected)}");
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.True(names.Count >= steps, $"only {names.Count} steps");
    }

    private static string? Difference(JsonElement ours, JsonElement theirs, List<string> everywhere, Dictionary<string, string> found)
    {
        foreach (var part in new[] { "status", "code", "kept" })
        {
            if (!JsonElement.DeepEquals(ours.GetProperty(part), theirs.GetProperty(part)))
            {
                return $"{part}: sandbox {ours.GetProperty(part)}, moto {theirs.GetProperty(part)}";
            }
        }

        var (left, right) = (Shape(ours), Shape(theirs));
        foreach (var deviation in everywhere)
        {
            if (left.RemoveAll(line => !right.Contains(line) && line.Contains($"/{deviation[Everywhere.Length..]}:", StringComparison.Ordinal)) > 0)
            {
                found[deviation] = "shape";
            }
        }

        return left.SequenceEqual(right) ? null : $"shape: sandbox {ours.GetProperty("shape")}, moto {theirs.GetProperty("shape")}";
    }

    private static List<string> Shape(JsonElement step) => [.. step.GetProperty("shape").EnumerateArray().Select(line => line.GetString() ?? "")];

    private static Dictionary<string, string> Deviations(string script)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Peer.Script($"{script}.json")));
        return document.RootElement.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? "");
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
