using CsCheck;

namespace Coffer.Kernel.Tests.Identity;

public class GroupTests
{
    [Fact]
    public async Task Policies_reach_members_through_every_level_and_leave_with_the_membership()
    {
        await using var people = await People.StartAsync();
        var login = await people.LoginAsync("ann");
        var low = await people.GroupAsync($$"""{"name":"low","member_entity_ids":"{{People.EntityOf(login)}}"}""");
        var mid = await people.GroupAsync($$"""{"name":"mid","member_group_ids":"{{low}}"}""");
        await people.GroupAsync($$"""{"name":"high","policies":"items","member_group_ids":"{{mid}}"}""");
        Assert.Equal(200, await people.ReadItemAsync(login.ClientToken));

        await people.WriteAsync($"identity/group/id/{mid}", """{"member_group_ids":[]}""");
        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));

        await people.WriteAsync($"identity/group/id/{mid}", $$"""{"member_group_ids":["{{low}}"]}""");
        Assert.Equal(200, await people.ReadItemAsync(login.ClientToken));

        (await people.DeleteAsync($"identity/group/id/{mid}")).Is(204);
        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_circle_is_refused_however_long_it_is()
    {
        await using var people = await People.StartAsync();
        var first = await people.GroupAsync("""{"name":"g0"}""");
        var last = first;
        for (var i = 1; i < 5; i++)
        {
            last = await people.GroupAsync($$"""{"name":"g{{i}}","member_group_ids":"{{last}}"}""");
        }

        (await people.Kernel.WriteAsync($"identity/group/id/{first}", $$"""{"member_group_ids":"{{last}}"}""")).Is(400);
        (await people.Kernel.WriteAsync($"identity/group/id/{first}", $$"""{"member_group_ids":"{{first}}"}""")).Is(400);
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_circle_cannot_be_closed_from_several_sides_at_once()
    {
        await using var people = await People.StartAsync();
        for (var round = 0; round < 5; round++)
        {
            var groups = new List<string>();
            for (var i = 0; i < 3; i++)
            {
                groups.Add(await people.GroupAsync("{}"));
            }

            var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(i =>
                people.Kernel.WriteAsync($"identity/group/id/{groups[i]}", $$"""{"member_group_ids":"{{groups[(i + 1) % 3]}}"}""")));

            Assert.Equal(1, answers.Count(answer => answer.Status == 400));
        }

        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_member_that_is_not_there_is_refused_and_nothing_is_stored()
    {
        await using var people = await People.StartAsync();
        var entity = await people.EntityAsync("{}");

        (await people.Kernel.WriteAsync("identity/group", $$"""{"name":"g","member_entity_ids":["{{entity}}","nobody"]}""")).Is(400);
        (await people.Kernel.WriteAsync("identity/group", """{"name":"g","member_group_ids":["nobody"]}""")).Is(400);

        (await people.Kernel.ReadAsync("identity/group/name/g")).Is(404);
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_deleted_entity_leaves_its_groups_and_a_deleted_group_its_members()
    {
        await using var people = await People.StartAsync();
        var one = await people.EntityAsync("{}");
        var two = await people.EntityAsync("{}");
        var group = await people.GroupAsync($$"""{"name":"g","member_entity_ids":["{{one}}","{{two}}"]}""");

        (await people.DeleteAsync($"identity/entity/id/{one}")).Is(204);
        Assert.Equal([two], People.Texts((await people.Kernel.ReadAsync($"identity/group/id/{group}")).Ok().Data["member_entity_ids"]));

        (await people.DeleteAsync("identity/group/name/G")).Is(204);
        Assert.Empty(People.Texts((await people.Kernel.ReadAsync($"identity/entity/id/{two}")).Ok().Data["group_ids"]));
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task External_groups_follow_each_login_at_their_own_mount()
    {
        await using var people = await People.StartAsync();
        var entity = await people.EntityAsync("{}");
        await people.AliasAsync("ann", people.Here, entity);
        await people.AliasAsync("ann", people.There, entity);
        var here = await people.GroupAsync("""{"type":"external","policies":"items"}""");
        var there = await people.GroupAsync("""{"type":"external"}""");
        await people.WriteAsync("identity/group-alias", $$"""{"name":"Admins","mount_accessor":"{{people.Here}}","canonical_id":"{{here}}"}""");
        await people.WriteAsync("identity/group-alias", $$"""{"name":"admins","mount_accessor":"{{people.There}}","canonical_id":"{{there}}"}""");

        var login = (await people.TryLoginAsync("""{"name":"ann","groups":["ADMINS","unknown"]}""")).Ok();
        Assert.Equal(["items"], People.Texts(login.Json["auth"]!["identity_policies"]));
        Assert.Equal(200, await people.ReadItemAsync(login.ClientToken));
        Assert.Equal([here], await GroupsAsync(people, entity));

        (await people.TryLoginAsync("""{"name":"ann","groups":["admins"]}""", "there")).Ok();
        Assert.Equal(new[] { here, there }.Order(), (await GroupsAsync(people, entity)).Order());

        (await people.TryLoginAsync("""{"name":"ann"}""")).Ok();
        Assert.Equal([there], await GroupsAsync(people, entity));
        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task External_groups_follow_a_renewal_that_has_looked()
    {
        await using var people = await People.StartAsync();
        var group = await people.GroupAsync("""{"type":"external","policies":"items"}""");
        await people.WriteAsync("identity/group-alias", $$"""{"name":"g","mount_accessor":"{{people.Here}}","canonical_id":"{{group}}"}""");
        var looked = (await people.TryLoginAsync("""{"name":"ann","groups":["g"],"renewed_groups":["other"]}""")).Ok();
        var not = (await people.TryLoginAsync("""{"name":"bob","groups":["g"]}""")).Ok();

        var renewed = (await people.Kernel.WriteAsync("auth/token/renew-self", "{}", looked.ClientToken)).Ok();
        (await people.Kernel.WriteAsync("auth/token/renew-self", "{}", not.ClientToken)).Ok();

        Assert.Empty(People.Texts(renewed.Json["auth"]!["identity_policies"]));
        Assert.Equal(403, await people.ReadItemAsync(looked.ClientToken));
        Assert.Equal(200, await people.ReadItemAsync(not.ClientToken));
    }

    [Fact]
    public async Task An_external_group_that_lost_its_alias_loses_its_members_at_their_next_login()
    {
        await using var people = await People.StartAsync();
        var group = await people.GroupAsync("""{"type":"external","policies":"items"}""");
        var alias = (string)(await people.WriteAsync(
            "identity/group-alias", $$"""{"name":"g","mount_accessor":"{{people.Here}}","canonical_id":"{{group}}"}""")).Data["id"]!;
        (await people.TryLoginAsync("""{"name":"ann","groups":["g"]}""")).Ok();

        (await people.DeleteAsync($"identity/group-alias/id/{alias}")).Is(204);
        var login = (await people.TryLoginAsync("""{"name":"ann","groups":["g"]}""")).Ok();

        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task Many_who_join_one_external_group_at_once_all_join()
    {
        await using var people = await People.StartAsync();
        var group = await people.GroupAsync("""{"type":"external"}""");
        await people.WriteAsync("identity/group-alias", $$"""{"name":"g","mount_accessor":"{{people.Here}}","canonical_id":"{{group}}"}""");

        await Task.WhenAll(Enumerable.Range(0, 30).Select(async i => (await people.TryLoginAsync($$"""{"name":"u{{i}}","groups":["g"]}""")).Ok()));

        var data = (await people.Kernel.ReadAsync($"identity/group/id/{group}")).Ok().Data;
        Assert.Equal(30, People.Texts(data["member_entity_ids"]).Length);
        Assert.Equal(2, (long)data["modify_index"]!);
        await people.AssertConsistentAsync();
    }

    // Whatever is done to members and groups, both sides of every membership agree, and there is never a circle.
    [Fact]
    public Task Whatever_is_done_to_groups_both_sides_agree() =>
        Gen.Select(Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 3].Array[0, 3]).Array[1, 30].SampleAsync(
            async steps =>
            {
                await using var people = await People.StartAsync();
                var entities = new List<string>();
                var groups = new List<string>();
                for (var i = 0; i < 4; i++)
                {
                    entities.Add(await people.EntityAsync("{}"));
                    groups.Add(await people.GroupAsync("{}"));
                }

                foreach (var (group, ofGroups, members) in steps)
                {
                    var ids = string.Join(',', members.Select(member => $"\"{(ofGroups ? groups : entities)[member]}\""));
                    var kind = ofGroups ? "group" : "entity";
                    var answer = await people.Kernel.WriteAsync($"identity/group/id/{groups[group]}", $$"""{"member_{{kind}}_ids":[{{ids}}]}""");
                    Assert.True(answer.Status == 204 || (ofGroups && answer.Status == 400), answer.ToString());
                }

                await people.AssertConsistentAsync();
                foreach (var group in groups)
                {
                    Assert.DoesNotContain(group, await AboveAsync(people, group));
                }
            },
            iter: 20,
            threads: 1);

    private static async Task<HashSet<string>> AboveAsync(People people, string group)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var next = new Queue<string>([group]);
        while (next.TryDequeue(out var id))
        {
            foreach (var parent in People.Texts((await people.Kernel.ReadAsync($"identity/group/id/{id}")).Ok().Data["parent_group_ids"]).Where(seen.Add))
            {
                next.Enqueue(parent);
            }
        }

        return seen;
    }

    private static async Task<string[]> GroupsAsync(People people, string entity) =>
        People.Texts((await people.Kernel.ReadAsync($"identity/entity/id/{entity}")).Ok().Data["direct_group_ids"]);
}
