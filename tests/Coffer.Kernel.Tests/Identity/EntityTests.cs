using Coffer.Kernel.Identity;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Identity;

public class EntityTests
{
    [Fact]
    public async Task A_name_in_other_case_is_the_same_entity_and_takes_the_new_spelling()
    {
        await using var people = await People.StartAsync();
        var id = await people.EntityAsync("""{"name":"Ann/Archer"}""");

        (await people.Kernel.WriteAsync("identity/entity/name/ANN/archer", """{"metadata":{"a":"b"}}""")).Is(204);

        var read = (await people.Kernel.ReadAsync("identity/entity/name/ann/ARCHER")).Ok();
        Assert.Equal(id, (string)read.Data["id"]!);
        Assert.Equal("ANN/archer", (string)read.Data["name"]!);
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_name_that_is_taken_in_other_case_is_refused()
    {
        await using var people = await People.StartAsync();
        await people.EntityAsync("""{"name":"one"}""");
        var other = await people.EntityAsync("""{"name":"two"}""");

        (await people.Kernel.WriteAsync($"identity/entity/id/{other}", """{"name":"ONE"}""")).Is(400);
    }

    [Theory]
    [InlineData("root")]
    [InlineData(" ROOT ")]
    [InlineData("Root")]
    public async Task CVE_2025_5999_no_spelling_of_root_gives_an_entity_or_a_group_root(string policy)
    {
        await using var people = await People.StartAsync();
        var body = $$"""{"name":"x","policies":["other","{{policy}}"]}""";

        (await people.Kernel.WriteAsync("identity/entity", body)).Is(400);
        (await people.Kernel.WriteAsync("identity/group", body)).Is(400);
        (await people.Kernel.ReadAsync("identity/entity/name/x")).Is(404);
    }

    [Fact]
    public async Task CVE_2024_9180_an_entity_write_that_is_refused_changes_nothing_in_memory_either()
    {
        await using var people = await People.StartAsync();
        var login = await people.LoginAsync("ann");
        (await people.Kernel.ReadAsync("auth/token/lookup-self", login.ClientToken)).Ok();

        (await people.Kernel.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"policies":["items","root"]}""")).Is(400);

        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));
    }

    [Fact]
    public async Task What_is_not_said_stays_and_what_is_said_replaces()
    {
        await using var people = await People.StartAsync();
        var id = await people.EntityAsync("""{"name":"e","metadata":{"a":"1","b":"2"},"policies":["P","p","q"]}""");

        await people.WriteAsync($"identity/entity/id/{id}", """{"metadata":{"c":"3"}}""");

        var data = (await people.Kernel.ReadAsync($"identity/entity/id/{id}")).Ok().Data;
        Assert.Equal("""{"c":"3"}""", data["metadata"]!.ToJsonString());
        Assert.Equal(["p", "q"], People.Texts(data["policies"]));
    }

    [Fact]
    public async Task An_id_of_any_shape_finds_nothing_and_breaks_nothing()
    {
        await using var people = await People.StartAsync();
        foreach (var id in (string[])["x", "../core/mounts", new string('a', 900), "00000000-0000-0000-0000-00000000000G"])
        {
            (await people.Kernel.WriteAsync("identity/entity", $$"""{"id":"{{id}}","name":"n"}""")).Is(400);
            (await people.Kernel.WriteAsync("identity/lookup/entity", $$"""{"id":"{{id}}"}""")).Is(204);
            (await people.Kernel.WriteAsync("identity/lookup/group", $$"""{"alias_id":"{{id}}"}""")).Is(204);
            (await people.Kernel.WriteAsync("identity/lookup/entity", $$"""{"alias_name":"n","alias_mount_accessor":"{{id}}"}""")).Is(204);
        }
    }

    [Fact]
    public async Task An_alias_is_found_whatever_its_case_and_one_mount_has_one_for_each_entity()
    {
        await using var people = await People.StartAsync();
        var id = await people.EntityAsync("""{"name":"e"}""");
        await people.AliasAsync("Ann", people.Here, id);

        Assert.Equal(id, People.EntityOf(await people.LoginAsync("aNN")));
        (await people.Kernel.WriteAsync("identity/entity-alias", $$"""{"name":"other","mount_accessor":"{{people.Here}}","canonical_id":"{{id}}"}""")).Is(400);
        await people.AliasAsync("ann", people.There, id);
        Assert.Equal(id, People.EntityOf(await people.LoginAsync("ann", "there")));
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task An_alias_that_moves_takes_nothing_but_itself_along()
    {
        await using var people = await People.StartAsync();
        var one = await people.EntityAsync("""{"name":"one"}""");
        var two = await people.EntityAsync("""{"name":"two"}""");
        var alias = await people.AliasAsync("ann", people.Here, one);
        var before = await people.LoginAsync("ann");

        await people.WriteAsync($"identity/entity-alias/id/{alias}", $$"""{"canonical_id":"{{two}}","name":"anna"}""");

        Assert.Equal(one, People.EntityOf(before));
        Assert.Equal(two, People.EntityOf(await people.LoginAsync("anna")));
        Assert.NotEqual(one, People.EntityOf(await people.LoginAsync("ann")));
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_listing_tells_the_names_beside_the_ids()
    {
        await using var people = await People.StartAsync();
        var id = await people.EntityAsync("""{"name":"e"}""");
        await people.AliasAsync("ann", people.Here, id);

        var info = (await people.Kernel.SendAsync(Operation.List, "identity/entity/id", null)).Ok().Data["key_info"]![id]!;

        Assert.Equal("e", (string)info["name"]!);
        Assert.Equal("auth/here/", (string)info["aliases"]![0]!["mount_path"]!);
    }

    [Fact]
    public async Task No_storage_key_holds_a_name()
    {
        await using var people = await People.StartAsync();
        await people.LoginAsync("marker-name@example.test");

        Assert.DoesNotContain("marker-name", await people.Kernel.RawAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    public void What_is_no_name_is_not_taken_for_one(string text) => Assert.False(IdentityName.TryParse(text, out _));

    [Fact]
    public void Names_that_differ_in_case_alone_are_equal_and_have_one_key()
    {
        var one = IdentityName.Parse("Ann");
        var other = IdentityName.Parse("aNN");

        Assert.Equal(one, other);
        Assert.Equal(one.KeyPart, other.KeyPart);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, IdentityName.Parse("Anne"));
    }
}
