using System.Text.Json;
using Coffer.AwsSandbox;

namespace Coffer.Aws.Peers.Tests;

public sealed class ScenarioTests
{
    [Fact]
    public async Task Sandbox_and_moto_answer_the_same_calls_alike()
    {
        await Peer.NeedBoto();
        await Peer.NeedMoto();
        await using var sandbox = await SandboxAccount.StartAsync(cancellation: Peer.Cancel);
        await using var moto = await MotoServer.StartAsync();
        var ours = Peer.Run("python3", null, Peer.Script("scenario.py"), sandbox.Url.AbsoluteUri);
        var theirs = Peer.Run("python3", null, Peer.Script("scenario.py"), moto.Url);
        using var left = JsonDocument.Parse(await ours);
        using var right = JsonDocument.Parse(await theirs);

        var expected = Deviations();
        var names = left.RootElement.EnumerateArray().Select(step => Text(step, "name")).ToList();
        Assert.Equal(names, right.RootElement.EnumerateArray().Select(step => Text(step, "name")));
        var found = new Dictionary<string, string>();
        foreach (var (a, b) in left.RootElement.EnumerateArray().Zip(right.RootElement.EnumerateArray()))
        {
            if (Difference(a, b) is { } difference)
            {
                found[Text(a, "name").Trim()] = difference;
            }
        }

        var unexpected = found.Where(pair => !expected.ContainsKey(pair.Key)).Select(pair => $"{pair.Key}: {pair.Value}");
        Assert.True(!unexpected.Any(), $"not on the list of deviations:\n{string.Join('\n', unexpected)}");
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.True(names.Count >= 110, $"only {names.Count} steps");
    }

    private static string? Difference(JsonElement ours, JsonElement theirs)
    {
        foreach (var part in new[] { "status", "code", "shape", "kept" })
        {
            if (!JsonElement.DeepEquals(ours.GetProperty(part), theirs.GetProperty(part)))
            {
                return $"{part}: sandbox {ours.GetProperty(part)}, moto {theirs.GetProperty(part)}";
            }
        }

        return null;
    }

    private static Dictionary<string, string> Deviations()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Peer.Script("deviations.json")));
        return document.RootElement.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? "");
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
