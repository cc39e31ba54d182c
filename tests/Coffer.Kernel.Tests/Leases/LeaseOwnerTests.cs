using Coffer.Kernel.Tests.Harness;
using Coffer.Kernel.Tests.Identity;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>A lease ends with its owner: the token unless a policy lets it be the entity or nobody.</summary>
public sealed class LeaseOwnerTests
{
    [Theory]
    [InlineData("entity")]
    [InlineData("none")]
    public async Task An_owner_other_than_the_token_takes_a_grant_with_sudo(string owner)
    {
        await using var people = await StartAsync();
        var harness = people.Kernel;
        var login = await LoginAsync(people, "ann", "creds,wide");

        (await harness.SendAsync(Operation.Update, "fake/creds/a", null, login.ClientToken, headers: [("x-coffer-lease-owner", owner)])).Is(403);
        Assert.Empty(await harness.LeasesAsync());
        Assert.Empty(harness.World.Secrets);
        var made = (await harness.WriteAsync("fake/creds/a", null, login.ClientToken)).Ok();
        (await harness.WriteAsync($"sys/leases/owner/{owner}", $$"""{"lease_id":"{{made.LeaseId}}"}""", login.ClientToken)).Is(403);

        (await harness.SendAsync(Operation.Update, "fake/creds/a", null, login.ClientToken, headers: [("x-coffer-lease-owner", "everybody")])).Is(400);
        (await harness.SendAsync(Operation.Update, "fake/creds/a", null, login.ClientToken, headers: [("x-coffer-lease-owner", "token")])).Ok();
    }

    [Theory]
    [InlineData("entity", true)]
    [InlineData("entity", false)]
    [InlineData("none", true)]
    [InlineData("none", false)]
    public async Task A_lease_of_the_entity_or_of_nobody_outlives_the_token(string owner, bool atOnce)
    {
        await using var people = await StartAsync();
        var harness = people.Kernel;
        var login = await LoginAsync(people, "ann", "creds,owners");
        var made = (await harness.SendAsync(Operation.Update, "fake/creds/a", """{"ttl":"5h"}""", login.ClientToken, headers: [("x-coffer-lease-owner", atOnce ? owner : "token")])).Ok();
        if (!atOnce)
        {
            (await harness.WriteAsync($"sys/leases/owner/{owner}", $$"""{"lease_id":"{{made.LeaseId}}"}""", login.ClientToken)).Is(204);
        }

        Assert.Equal(owner, (string)(await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok().Data["owner"]!);
        (await harness.WriteAsync("auth/token/revoke-self", null, login.ClientToken)).Is(204);
        await harness.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(harness.World.Secrets);

        (await people.DeleteAsync($"identity/entity/id/{People.EntityOf(login)}")).Is(204);
        if (owner == "entity")
        {
            await harness.IdleAsync();
            Assert.Empty(harness.World.Secrets);
            Assert.Empty(await harness.LeasesAsync());
            Assert.Empty(await harness.KeysAsync("lease/entity/"));
        }
        else
        {
            await harness.IdleAsync();
            Assert.Single(harness.World.Secrets);
            await harness.AdvanceAsync(TimeSpan.FromHours(4));
            Assert.Empty(harness.World.Secrets);
        }
    }

    [Fact]
    public async Task A_lease_follows_its_entity_through_a_merge()
    {
        await using var people = await StartAsync();
        var harness = people.Kernel;
        var login = await LoginAsync(people, "ann", "creds,owners");
        (await harness.SendAsync(Operation.Update, "fake/creds/a", null, login.ClientToken, headers: [("x-coffer-lease-owner", "entity")])).Ok();
        var target = await people.EntityAsync("""{"name":"both"}""");
        await people.WriteAsync("identity/entity/merge", $$"""{"from_entity_ids":"{{People.EntityOf(login)}}","to_entity_id":"{{target}}"}""");
        Assert.Single(harness.World.Secrets);

        await people.WriteAsync("identity/entity/batch-delete", $$"""{"entity_ids":"{{target}}"}""");

        await harness.IdleAsync();
        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task Nobody_gives_away_the_lease_of_another_or_of_no_entity()
    {
        await using var people = await StartAsync();
        var harness = people.Kernel;
        var ann = await LoginAsync(people, "ann", "creds,owners");
        var bob = await LoginAsync(people, "bob", "creds,owners");
        var made = (await harness.WriteAsync("fake/creds/a", null, ann.ClientToken)).Ok();

        (await harness.WriteAsync("sys/leases/owner/none", $$"""{"lease_id":"{{made.LeaseId}}"}""", bob.ClientToken)).Is(400);
        (await harness.WriteAsync("sys/leases/owner/none", "{}", ann.ClientToken)).Is(400);
        (await harness.SendAsync(Operation.Update, "fake/creds/a", null, headers: [("x-coffer-lease-owner", "entity")])).Is(400);
        Assert.Equal("token", (string)(await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Ok().Data["owner"]!);
    }

    private static async Task<People> StartAsync()
    {
        var people = await People.StartAsync();
        await people.AllowAsync("creds", "fake/creds/*", "update");
        await people.AllowAsync("wide", "sys/leases/*", "create", "update", "read");
        await people.AllowAsync("owners", "sys/leases/owner/*", "update", "sudo");
        return people;
    }

    private static async Task<Answer> LoginAsync(People people, string name, string policies)
    {
        var login = await people.LoginAsync(name);
        await people.WriteAsync($"identity/entity/id/{People.EntityOf(login)}", $$"""{"policies":"{{policies}}"}""");
        return login;
    }
}
