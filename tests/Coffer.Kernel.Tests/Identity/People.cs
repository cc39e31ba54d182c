using System.Text.Json.Nodes;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Identity;

/// <summary>A kernel with two auth mounts, <c>here</c> and <c>there</c>, and short words for what tests of identity do.</summary>
public sealed class People : IAsyncDisposable
{
    private People(KernelHarness kernel) => Kernel = kernel;

    public KernelHarness Kernel { get; }

    public string Here { get; private set; } = "";

    public string There { get; private set; } = "";

    public static async Task<People> StartAsync()
    {
        var people = new People(await KernelHarness.StartAsync());
        await people.WriteAsync("sys/auth/here", """{"type":"fakelogin"}""");
        await people.WriteAsync("sys/auth/there", """{"type":"fakelogin"}""");
        var mounts = (await people.Kernel.ReadAsync("sys/auth")).Ok().Data;
        people.Here = (string)mounts["here/"]!["accessor"]!;
        people.There = (string)mounts["there/"]!["accessor"]!;
        await people.AllowAsync("items", "fake/items/*", "read");
        (await people.Kernel.WriteAsync("fake/items/x", """{"value":"1"}""")).Ok();
        return people;
    }

    public async Task<Answer> WriteAsync(string path, string body) => (await Kernel.WriteAsync(path, body)).Ok();

    public Task<Answer> DeleteAsync(string path) => Kernel.SendAsync(Operation.Delete, path, null);

    public async Task AllowAsync(string policy, string path, params string[] capabilities)
    {
        var rule = $"path \"{path}\" {{ capabilities = [{string.Join(',', capabilities.Select(capability => $"\"{capability}\""))}] }}";
        await WriteAsync($"sys/policies/acl/{policy}", new JsonObject { ["policy"] = rule }.ToJsonString());
    }

    /// <summary>Makes an entity, and says its id.</summary>
    public async Task<string> EntityAsync(string body) => (string)(await WriteAsync("identity/entity", body)).Data["id"]!;

    /// <summary>Makes a group, and says its id.</summary>
    public async Task<string> GroupAsync(string body) => (string)(await WriteAsync("identity/group", body)).Data["id"]!;

    public async Task<string> AliasAsync(string name, string accessor, string entity) =>
        (string)(await WriteAsync("identity/entity-alias", $$"""{"name":"{{name}}","mount_accessor":"{{accessor}}","canonical_id":"{{entity}}"}""")).Data["id"]!;

    public async Task<Answer> TryLoginAsync(string body, string mount = "here") => await Kernel.WriteAsync($"auth/{mount}/login", body, token: "");

    public async Task<Answer> LoginAsync(string name, string mount = "here") => (await TryLoginAsync($$"""{"name":"{{name}}"}""", mount)).Ok();

    public static string EntityOf(Answer login) => (string)login.Json["auth"]!["entity_id"]!;

    public static string[] Texts(JsonNode? list) => [.. (list as JsonArray ?? []).Select(item => (string)item!)];

    /// <summary>The status of reading what the policy <c>items</c> allows.</summary>
    public async Task<int> ReadItemAsync(string token) => (await Kernel.ReadAsync("fake/items/x", token)).Status;

    /// <summary>Every index of identity names what is there, and what is there has its indexes.</summary>
    public async Task AssertConsistentAsync()
    {
        var entities = await AllAsync("entity");
        var groups = await AllAsync("group");
        var aliases = entities.Values.Sum(entity => entity["aliases"]!.AsArray().Count);
        Assert.Equal(entities.Count, (await Kernel.KeysAsync("identity/entity-name/")).Count);
        Assert.Equal(aliases, (await Kernel.KeysAsync("identity/alias/")).Count);
        Assert.Equal(aliases, (await Kernel.KeysAsync("identity/alias-id/")).Count);
        Assert.Equal(groups.Count, (await Kernel.KeysAsync("identity/group-name/")).Count);
        Assert.Equal(
            entities.SelectMany(entity => Texts(entity.Value["direct_group_ids"]).Select(group => $"{group}/{entity.Key}")).Order(StringComparer.Ordinal),
            (await Kernel.KeysAsync("identity/member/")).Select(key => key["identity/member/".Length..]));
        Assert.All(groups, group => Assert.All(
            Texts(group.Value["member_group_ids"]), member => Assert.Contains(group.Key, Texts(groups[member]["parent_group_ids"]))));
        Assert.All(groups, group => Assert.All(
            Texts(group.Value["parent_group_ids"]), parent => Assert.Contains(group.Key, Texts(groups[parent]["member_group_ids"]))));
        var merged = entities.SelectMany(entity => Texts(entity.Value["merged_entity_ids"])).Order(StringComparer.Ordinal);
        Assert.Equal(merged, (await Kernel.KeysAsync("identity/merged/")).Select(key => key["identity/merged/".Length..]));
    }

    public ValueTask DisposeAsync() => Kernel.DisposeAsync();

    private async Task<Dictionary<string, JsonNode>> AllAsync(string kind)
    {
        var all = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        var list = await Kernel.SendAsync(Operation.List, $"identity/{kind}/id", null);
        foreach (var id in list.IsOk ? Texts(list.Data["keys"]) : [])
        {
            all[id] = (await Kernel.ReadAsync($"identity/{kind}/id/{id}")).Ok().Data;
        }

        return all;
    }
}
