using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Sdk.Replies;
using Coffer.Secrets.Kv;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Kv;

/// <summary>A version 2 mount, and short ways to use it.</summary>
internal static class VersionedHarness
{
    public static IReadOnlyDictionary<string, string> Version2 { get; } = new Dictionary<string, string> { ["version"] = "2" };

    public static EngineHarness New() => new(KvEngines.Type, Version2);

    /// <summary>Writes <c>{"n":N}</c> and gives the number of the version it became.</summary>
    public static async Task<int> PutAsync(this EngineHarness harness, string key, int n)
    {
        harness.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var reply = await harness.WriteAsync($"data/{key}", $$$"""{"data":{"n":{{{n.ToString(CultureInfo.InvariantCulture)}}}}}""");
        return (int)reply.Data()["version"]!;
    }

    /// <summary>The value's <c>n</c>, or null when the reply holds no data.</summary>
    public static int? N(this Reply reply) => reply is Reply.Data ? (int?)reply.Data()["data"]?["n"] : null;

    public static async Task<JsonNode> MetadataAsync(this EngineHarness harness, string key) => (await harness.ReadAsync($"metadata/{key}")).Data();

    /// <summary>Asserts the 404 of a version that is there and not readable: null data, and its metadata.</summary>
    public static JsonNode AssertGone(this Reply reply, int version, bool destroyed)
    {
        Assert.Equal(404, reply.Status());
        var data = reply.Data();
        Assert.True(data.AsObject().ContainsKey("data"));
        Assert.Null(data["data"]);
        Assert.Equal(version, (int)data["metadata"]!["version"]!);
        Assert.Equal(destroyed, (bool)data["metadata"]!["destroyed"]!);
        return data["metadata"]!;
    }

    /// <summary>Asserts 404 with null data and this warning.</summary>
    public static void AssertWarned(this Reply reply, string warning)
    {
        Assert.IsType<Reply.Empty>(reply);
        Assert.Equal(404, reply.Status());
        Assert.Equal(warning, Assert.Single(reply.Warnings));
    }
}
