using Coffer.Kernel.Tests.Harness;

namespace Coffer.Kernel.Tests.Identity;

public class MergeTests
{
    [Fact]
    public async Task Tokens_follow_a_chain_of_merges_and_die_with_its_end()
    {
        await using var people = await People.StartAsync();
        var login = await people.LoginAsync("ann");
        var source = People.EntityOf(login);
        var middle = await people.EntityAsync("""{"name":"middle"}""");
        var target = await people.EntityAsync("""{"name":"target","policies":"items"}""");

        await MergeAsync(people, middle, source);
        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));
        await MergeAsync(people, target, middle);

        Assert.Equal(200, await people.ReadItemAsync(login.ClientToken));
        (await people.Kernel.ReadAsync($"identity/entity/id/{source}")).Is(404);
        (await people.Kernel.WriteAsync("identity/lookup/entity", $$"""{"id":"{{source}}"}""")).Is(204);
        Assert.Equal(target, People.EntityOf(await people.LoginAsync("ann")));
        await people.AssertConsistentAsync();

        (await people.DeleteAsync($"identity/entity/id/{target}")).Is(204);
        (await people.Kernel.ReadAsync("auth/token/lookup-self", login.ClientToken)).Is(403);
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task The_target_keeps_its_own_policies_and_metadata_and_gets_the_memberships()
    {
        await using var people = await People.StartAsync();
        var source = await people.EntityAsync("""{"policies":"theirs","metadata":{"a":"theirs"}}""");
        var target = await people.EntityAsync("""{"policies":"own","metadata":{"a":"own"}}""");
        var group = await people.GroupAsync($$"""{"member_entity_ids":"{{source}}"}""");

        await MergeAsync(people, target, source);

        var data = (await people.Kernel.ReadAsync($"identity/entity/id/{target}")).Ok().Data;
        Assert.Equal(["own"], People.Texts(data["policies"]));
        Assert.Equal("own", (string)data["metadata"]!["a"]!);
        Assert.Equal([group], People.Texts(data["direct_group_ids"]));
        Assert.Equal([target], People.Texts((await people.Kernel.ReadAsync($"identity/group/id/{group}")).Ok().Data["member_entity_ids"]));
        await people.AssertConsistentAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_aliases_at_one_mount_the_one_that_is_named_stays(bool keepTarget)
    {
        await using var people = await People.StartAsync();
        var source = await people.EntityAsync("{}");
        var target = await people.EntityAsync("{}");
        var theirs = await people.AliasAsync("theirs", people.Here, source);
        var own = await people.AliasAsync("own", people.Here, target);
        var body = $$"""{"from_entity_ids":"{{source}}","to_entity_id":"{{target}}"}""";

        (await people.Kernel.WriteAsync("identity/entity/merge", body)).Is(400);
        (await people.Kernel.ReadAsync($"identity/entity/id/{source}")).Is(200);
        await people.WriteAsync("identity/entity/merge", body[..^1] + $$""","conflicting_alias_ids_to_keep":"{{(keepTarget ? own : theirs)}}"}""");

        Assert.Equal(target, People.EntityOf(await people.LoginAsync(keepTarget ? "own" : "theirs")));
        Assert.NotEqual(target, People.EntityOf(await people.LoginAsync(keepTarget ? "theirs" : "own")));
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_merge_that_fails_half_way_has_merged_nothing()
    {
        await using var people = await People.StartAsync();
        var source = await people.EntityAsync("""{"name":"s"}""");
        var target = await people.EntityAsync("{}");
        var body = $$"""{"from_entity_ids":["{{source}}","nobody"],"to_entity_id":"{{target}}"}""";

        (await people.Kernel.WriteAsync("identity/entity/merge", body)).Is(400);

        (await people.Kernel.ReadAsync("identity/entity/name/s")).Is(200);
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_target_that_is_disabled_locks_the_tokens_it_took_over_as_well()
    {
        await using var people = await People.StartAsync();
        var login = await people.LoginAsync("ann");
        var target = await people.EntityAsync("""{"disabled":true}""");

        await MergeAsync(people, target, People.EntityOf(login));

        (await people.Kernel.ReadAsync("auth/token/lookup-self", login.ClientToken)).Is(403);
        await people.WriteAsync($"identity/entity/id/{target}", """{"disabled":false}""");
        (await people.Kernel.ReadAsync("auth/token/lookup-self", login.ClientToken)).Is(200);
    }

    private static Task<Answer> MergeAsync(People people, string target, string source) =>
        people.WriteAsync("identity/entity/merge", $$"""{"from_entity_ids":"{{source}}","to_entity_id":"{{target}}"}""");
}
