namespace Coffer.Kernel.Tests.Identity;

public class IdentityUseTests
{
    [Fact]
    public async Task The_first_login_makes_an_entity_and_the_next_one_finds_it_and_writes_nothing_of_identity()
    {
        await using var people = await People.StartAsync();

        var first = await people.LoginAsync("ann");
        var keys = await people.Kernel.KeysAsync("identity/");
        var versions = await VersionsAsync(people);
        var second = await people.LoginAsync("ann");

        Assert.Equal(People.EntityOf(first), People.EntityOf(second));
        Assert.Equal(keys, await people.Kernel.KeysAsync("identity/"));
        Assert.Equal(versions, await VersionsAsync(people));
    }

    [Fact]
    public async Task Many_first_logins_at_once_make_one_entity()
    {
        await using var people = await People.StartAsync();

        var logins = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => people.LoginAsync(i % 2 == 0 ? "ann" : "ANN")));

        Assert.Single(logins.Select(People.EntityOf).Distinct());
        await people.AssertConsistentAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Policies_follow_the_entity_at_each_use(bool batch)
    {
        await using var people = await People.StartAsync();
        var login = (await people.TryLoginAsync($$"""{"name":"ann","batch":{{(batch ? "true" : "false")}}}""")).Ok();
        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));

        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"policies":["items"]}""");
        Assert.Equal(200, await people.ReadItemAsync(login.ClientToken));

        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"policies":[]}""");
        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_of_a_disabled_entity_open_nothing_until_it_is_enabled_again(bool batch)
    {
        await using var people = await People.StartAsync();
        var login = (await people.TryLoginAsync($$"""{"name":"ann","batch":{{(batch ? "true" : "false")}}}""")).Ok();
        var entity = $"identity/entity/id/{People.EntityOf(login)}";

        await people.WriteAsync(entity, """{"disabled":true}""");
        (await people.Kernel.ReadAsync("auth/token/lookup-self", login.ClientToken)).Is(403);
        (await people.TryLoginAsync("""{"name":"ann"}""")).Is(403);
        (await people.Kernel.WriteAsync("auth/token/lookup", $$"""{"token":"{{login.ClientToken}}"}""")).Is(200);
        (await people.Kernel.WriteAsync("sys/capabilities", $$"""{"token":"{{login.ClientToken}}","path":"x"}""")).Is(400);

        await people.WriteAsync(entity, """{"disabled":false}""");
        (await people.Kernel.ReadAsync("auth/token/lookup-self", login.ClientToken)).Is(200);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_of_a_deleted_entity_and_their_children_open_nothing_ever_again(bool batch)
    {
        await using var people = await People.StartAsync();
        await people.AllowAsync("maker", "auth/token/create", "update");
        var login = (await people.TryLoginAsync($$"""{"name":"ann","batch":{{(batch ? "true" : "false")}}}""")).Ok();
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"policies":["maker"]}""");
        var child = batch ? login : (await people.Kernel.WriteAsync("auth/token/create", "{}", login.ClientToken)).Ok();
        Assert.Equal(People.EntityOf(login), People.EntityOf(child));

        (await people.DeleteAsync($"identity/entity/id/{People.EntityOf(login)}")).Is(204);
        var again = await people.LoginAsync("ann");

        (await people.Kernel.ReadAsync("auth/token/lookup-self", login.ClientToken)).Is(403);
        (await people.Kernel.ReadAsync("auth/token/lookup-self", child.ClientToken)).Is(403);
        (await people.Kernel.ReadAsync("auth/token/lookup-self", again.ClientToken)).Is(200);
        Assert.NotEqual(People.EntityOf(login), People.EntityOf(again));
        await people.AssertConsistentAsync();
    }

    [Fact]
    public async Task A_login_that_is_refused_for_its_entity_leaves_nothing_behind()
    {
        await using var people = await People.StartAsync();
        var login = (await people.TryLoginAsync("""{"name":"ann","alias":{"k":"old"}}""")).Ok();
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"disabled":true}""");

        (await people.TryLoginAsync("""{"name":"ann","alias":{"k":"new"}}""")).Is(403);

        var data = (await people.Kernel.ReadAsync($"identity/entity/id/{People.EntityOf(login)}")).Ok().Data;
        Assert.Equal("old", (string)data["aliases"]![0]!["metadata"]!["k"]!);
    }

    [Fact]
    public async Task A_token_of_a_disabled_entity_does_not_spend_a_use()
    {
        await using var people = await People.StartAsync();
        await people.WriteAsync("auth/token/roles/r", """{"allowed_entity_aliases":"svc"}""");
        var made = await people.WriteAsync("auth/token/create/r", """{"entity_alias":"svc","num_uses":2,"policies":["default"]}""");
        var entity = $"identity/entity/id/{People.EntityOf(made)}";

        await people.WriteAsync(entity, """{"disabled":true}""");
        (await people.Kernel.ReadAsync("auth/token/lookup-self", made.ClientToken)).Is(403);
        await people.WriteAsync(entity, """{"disabled":false}""");

        (await people.Kernel.ReadAsync("auth/token/lookup-self", made.ClientToken)).Is(200);
        (await people.Kernel.ReadAsync("auth/token/lookup-self", made.ClientToken)).Is(200);
    }

    [Fact]
    public async Task A_role_ties_a_token_to_an_alias_whatever_its_case_but_not_to_a_disabled_entity()
    {
        await using var people = await People.StartAsync();
        await people.WriteAsync("auth/token/roles/r", """{"allowed_entity_aliases":["SVC-*"]}""");

        var one = await people.WriteAsync("auth/token/create/r", """{"entity_alias":"svc-One","policies":["default"]}""");
        var two = await people.WriteAsync("auth/token/create/r", """{"entity_alias":"SVC-one","policies":["default"]}""");

        Assert.Equal(People.EntityOf(one), People.EntityOf(two));
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(one)}", """{"disabled":true}""");
        (await people.Kernel.WriteAsync("auth/token/create/r", """{"entity_alias":"svc-one","policies":["default"]}""")).Is(403);
        (await people.Kernel.WriteAsync("auth/token/create/r", """{"entity_alias":"other","policies":["default"]}""")).Is(400);
    }

    [Fact]
    public async Task An_orphan_belongs_to_nobody()
    {
        await using var people = await People.StartAsync();
        await people.AllowAsync("maker", "auth/token/*", "update", "sudo");
        var login = await people.LoginAsync("ann");
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"policies":["maker"]}""");

        var orphan = (await people.Kernel.WriteAsync("auth/token/create-orphan", "{}", login.ClientToken)).Ok();
        var other = (await people.Kernel.WriteAsync("auth/token/create", """{"no_parent":true}""", login.ClientToken)).Ok();

        Assert.Equal("", People.EntityOf(orphan));
        Assert.Equal("", People.EntityOf(other));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("+")]
    [InlineData("a/*")]
    [InlineData("a,b")]
    [InlineData("{{identity.entity.id}}")]
    public async Task Ghsa_59w7_v8rr_pr4p_what_an_entity_says_of_itself_is_text_in_a_policy(string value)
    {
        await using var people = await People.StartAsync();
        await people.AllowAsync("mine", "fake/items/{{identity.entity.metadata.team}}", "read");
        var login = await people.LoginAsync("ann");
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", $$$"""{"policies":["mine"],"metadata":{"team":"{{{value}}}"}}""");

        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));

        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"metadata":{"team":"x"}}""");
        Assert.Equal(200, await people.ReadItemAsync(login.ClientToken));
    }

    [Fact]
    public async Task What_the_method_says_of_an_alias_fills_templates_and_follows_the_login()
    {
        await using var people = await People.StartAsync();
        await people.AllowAsync("mine", $"fake/items/{{{{identity.entity.aliases.{people.Here}.metadata.item}}}}", "read");
        var login = (await people.TryLoginAsync("""{"name":"ann","alias":{"item":"y"}}""")).Ok();
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"policies":["mine"]}""");
        Assert.Equal(403, await people.ReadItemAsync(login.ClientToken));

        (await people.TryLoginAsync("""{"name":"ann","alias":{"item":"x"}}""")).Ok();

        Assert.Equal(200, await people.ReadItemAsync(login.ClientToken));
    }

    // Sets of policies are compiled once and kept by their names.
    [Fact]
    public async Task Ghsa_59w7_v8rr_pr4p_a_comma_in_a_policy_name_does_not_make_two_of_it()
    {
        await using var people = await People.StartAsync();
        var two = await people.WriteAsync("auth/token/create", """{"policies":["absent","items"],"no_default_policy":true}""");
        Assert.Equal(200, await people.ReadItemAsync(two.ClientToken));

        var one = await people.WriteAsync("auth/token/create", """{"policies":["absent,items"],"no_default_policy":true}""");

        Assert.Equal(403, await people.ReadItemAsync(one.ClientToken));
    }

    [Fact]
    public async Task A_child_is_bound_to_the_networks_of_its_parent_and_an_orphan_is_not()
    {
        await using var people = await People.StartAsync();
        await people.AllowAsync("maker", "auth/token/*", "update", "sudo");
        await people.WriteAsync("auth/token/roles/r", """{"token_bound_cidrs":"127.0.0.0/8"}""");
        var parent = await people.WriteAsync("auth/token/create/r", """{"policies":["maker"]}""");

        var child = (await people.Kernel.WriteAsync("auth/token/create", "{}", parent.ClientToken)).Ok();
        var orphan = (await people.Kernel.WriteAsync("auth/token/create-orphan", "{}", parent.ClientToken)).Ok();

        Assert.Equal(["127.0.0.0/8"], People.Texts((await people.Kernel.ReadAsync("auth/token/lookup-self", child.ClientToken)).Ok().Data["bound_cidrs"]));
        Assert.Empty(People.Texts((await people.Kernel.ReadAsync("auth/token/lookup-self", orphan.ClientToken)).Ok().Data["bound_cidrs"]));
    }

    [Fact]
    public async Task A_token_survives_a_restart_with_its_identity()
    {
        await using var people = await People.StartAsync();
        var login = await people.LoginAsync("ann");
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", """{"policies":["items"]}""");

        await people.Kernel.RestartAsync();

        Assert.Equal(200, await people.ReadItemAsync(login.ClientToken));
    }

    private static async Task<IEnumerable<long>> VersionsAsync(People people) =>
        [.. (await people.Kernel.Memory.ScanAsync("identity/", null, 100, TestContext.Current.CancellationToken)).Select(entry => entry.Version)];
}
