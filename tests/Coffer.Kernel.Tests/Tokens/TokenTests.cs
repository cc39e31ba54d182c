using System.Text.Json.Nodes;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Storage;

namespace Coffer.Kernel.Tests.Tokens;

public sealed class TokenTests
{
    [Fact]
    public async Task A_token_that_may_make_orphans_may_say_so_twice_and_one_that_may_not_is_refused()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/policies/acl/orphans", """{"policy":"path \"auth/token/*\" { capabilities = [\"update\"] }"}""")).Ok();
        var maker = (await harness.WriteAsync("auth/token/create", """{"policies":["orphans"]}""")).Ok().ClientToken;

        var orphan = (await harness.WriteAsync("auth/token/create-orphan", """{"no_parent":true}""", maker)).Ok();
        Assert.True((bool)orphan.Json["auth"]!["orphan"]!);
        Assert.Contains("root or sudo privileges required to create orphan token", (await harness.WriteAsync("auth/token/create", """{"no_parent":true}""", maker)).Is(400).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_hundred_requests_at_once_exactly_the_number_of_uses_succeeds()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"num_uses":10,"ttl":"1h"}""");

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () =>
        {
            Answer answer;
            do
            {
                answer = await harness.ReadAsync("auth/token/lookup-self", token.ClientToken);
            }
            while (answer.Status == 503);
            return answer;
        })));

        Assert.Equal(10, answers.Count(answer => answer.Status == 200));
        Assert.Equal(90, answers.Count(answer => answer.Status == 403));
        Assert.Empty(await harness.KeysAsync("token/id/" + token.Accessor));
    }

    [Theory]
    [InlineData("sys/no/such/path", 404)]
    [InlineData("fake/items/absent", 404)]
    [InlineData("sys/policies/acl/all", 403)]
    public async Task A_use_is_spent_whatever_comes_of_it(string path, int status)
    {
        await using var harness = await KernelHarness.StartAsync();
        await harness.WriteAsync("sys/policies/acl/some", """{"policy":"path \"fake/*\" { capabilities = [\"read\"] } path \"sys/no/*\" { capabilities = [\"read\"] }"}""");
        var token = await harness.TokenAsync("""{"num_uses":2,"ttl":"1h","policies":["some"]}""");

        (await harness.ReadAsync(path, token.ClientToken)).Is(status);
        (await harness.ReadAsync(path, token.ClientToken)).Is(status);

        (await harness.ReadAsync("fake/items/absent", token.ClientToken)).Is(403);
        Assert.Empty(await harness.KeysAsync("token/id/" + token.Accessor));
    }

    [Fact]
    public async Task A_tokens_last_use_gives_no_lease_and_ends_its_earlier_ones()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"num_uses":2,"ttl":"1h"}""");
        (await harness.WriteAsync("fake/creds/a", null, token.ClientToken)).Ok();

        (await harness.WriteAsync("fake/creds/a", null, token.ClientToken)).Is(400);

        await harness.IdleAsync();
        Assert.Empty(harness.World.Secrets);
        Assert.Equal(1, harness.World.CallsOf("create"));
        Assert.Empty(await harness.KeysAsync("token/id/" + token.Accessor));
        await harness.IdleAsync();
        Assert.Empty(await harness.LeasesAsync());
    }

    [Fact]
    public async Task A_process_that_dies_with_a_tokens_last_use_still_ends_the_token()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"num_uses":2,"ttl":"700h"}""");
        (await harness.WriteAsync("fake/creds/a", null, token.ClientToken)).Ok();
        var commits = harness.Store.CallsOf(Coffer.Testing.StoreCall.Commit);
        harness.Store.FailCall(Coffer.Testing.StoreCall.Commit, commits + 2, Coffer.Testing.FaultMoment.Before);
        (await harness.ReadAsync("auth/token/lookup-self", token.ClientToken)).Is(503);

        await harness.RestartAsync();

        await harness.AdvanceUntilAsync(() => harness.World.Secrets.Count == 0);
        await harness.AdvanceUntilAsync(async () => (await harness.KeysAsync("token/id/" + token.Accessor)).Count == 0);
    }

    [Fact]
    public async Task Revoking_a_token_ends_its_whole_tree_and_nothing_else()
    {
        await using var harness = await KernelHarness.StartAsync();
        var top = await harness.TokenAsync();
        var tree = new List<Answer> { top };
        for (var i = 0; i < 3; i++)
        {
            var middle = await harness.TokenAsync("{}", top.ClientToken);
            tree.Add(middle);
            tree.Add(await harness.TokenAsync("{}", middle.ClientToken));
            tree.Add(await harness.TokenAsync("{}", middle.ClientToken));
        }

        var orphan = (await harness.WriteAsync("auth/token/create-orphan", """{"policies":["all"]}""", top.ClientToken)).Ok();
        var other = await harness.TokenAsync();

        (await harness.WriteAsync("auth/token/revoke", $$"""{"token":"{{top.ClientToken}}"}""")).Is(204);

        foreach (var token in tree)
        {
            (await harness.ReadAsync("auth/token/lookup-self", token.ClientToken)).Is(403);
            Assert.Empty(await harness.KeysAsync("token/id/" + token.Accessor));
        }

        (await harness.ReadAsync("auth/token/lookup-self", orphan.ClientToken)).Is(200);
        (await harness.ReadAsync("auth/token/lookup-self", other.ClientToken)).Is(200);
    }

    [Fact]
    public async Task A_deep_chain_of_children_ends_as_a_whole()
    {
        await using var harness = await KernelHarness.StartAsync();
        var tokens = new List<Answer> { await harness.TokenAsync() };
        for (var i = 0; i < 300; i++)
        {
            tokens.Add((await harness.WriteAsync("auth/token/create", """{"policies":["all"]}""", tokens[^1].ClientToken)).Ok());
        }

        (await harness.WriteAsync("auth/token/revoke-accessor", $$"""{"accessor":"{{tokens[0].Accessor}}"}""")).Is(204);

        Assert.Single(await harness.KeysAsync("token/id/"));
    }

    [Fact]
    public async Task Revoking_a_tree_half_way_is_finished_after_a_restart()
    {
        // The janitor commits in between, so there is no one last number; nine is beyond the six of the revocation itself.
        for (var n = 1; n <= 9; n++)
        {
            await using var harness = await KernelHarness.StartAsync();
            var top = await harness.TokenAsync();
            var child = await harness.TokenAsync("{}", top.ClientToken);
            (await harness.WriteAsync("fake/creds/a", null, child.ClientToken)).Ok();
            var commits = harness.Store.CallsOf(Coffer.Testing.StoreCall.Commit);
            harness.Store.FailCall(Coffer.Testing.StoreCall.Commit, commits + n, Coffer.Testing.FaultMoment.Before);
            var before = await VersionAsync(harness, top);
            var answer = await harness.WriteAsync("auth/token/revoke-accessor", $$"""{"accessor":"{{top.Accessor}}"}""");
            var begun = await VersionAsync(harness, top) != before;
            Assert.True(begun || !answer.IsOk);

            await harness.RestartAsync();
            if (begun)
            {
                // Marked is ended: the token opens nothing from the first commit on.
                (await harness.ReadAsync("auth/token/lookup-self", top.ClientToken)).Is(403);
                await harness.AdvanceUntilAsync(
                    async () => (await harness.KeysAsync("token/id/")).Count == 1 && harness.World.Secrets.Count == 0);
            }

            await harness.AssertConsistentAsync();
        }
    }

    [Fact]
    public async Task An_expired_token_is_refused_although_nothing_has_removed_it_yet()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"ttl":"10s"}""");
        harness.Store.BeforeCommit = _ => throw new Coffer.Storage.StoreUnavailableException("so that the janitor gets nowhere");
        harness.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.NotEmpty(await harness.KeysAsync("token/id/" + token.Accessor));
        var expired = await harness.ReadAsync("auth/token/lookup-self", token.ClientToken);
        var unknown = await harness.ReadAsync("auth/token/lookup-self", token.ClientToken[..^1] + (token.ClientToken[^1] == 'a' ? 'b' : 'a'));
        var none = await harness.ReadAsync("auth/token/lookup-self", "");
        var junk = await harness.ReadAsync("auth/token/lookup-self", "hvb.AAAA");

        expired.Is(403);
        Assert.Equal(unknown, expired);
        Assert.Equal(none, expired);
        Assert.Equal(junk, expired);
    }

    [Fact]
    public async Task GHSA_34fc_gh42_pj53_a_token_differing_in_any_one_character_is_no_token()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync();
        for (var i = 0; i < token.ClientToken.Length; i++)
        {
            var wrong = token.ClientToken.ToCharArray();
            wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
            (await harness.ReadAsync("auth/token/lookup-self", new string(wrong))).Is(403);
        }

        (await harness.ReadAsync("auth/token/lookup-self", token.ClientToken + "x")).Is(403);
        (await harness.ReadAsync("auth/token/lookup-self", token.ClientToken[..^1])).Is(403);
        (await harness.ReadAsync("auth/token/lookup-self", token.Accessor)).Is(403);
        (await harness.ReadAsync("auth/token/lookup-self", token.ClientToken)).Is(200);
    }

    [Fact]
    public async Task A_batch_token_that_was_changed_is_no_token()
    {
        await using var harness = await KernelHarness.StartAsync();
        var batch = (await harness.TokenAsync("""{"type":"batch","ttl":"1h"}""")).ClientToken;
        (await harness.ReadAsync("auth/token/lookup-self", batch)).Is(200);
        for (var i = 4; i < batch.Length - 1; i += 7)
        {
            var wrong = batch.ToCharArray();
            wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
            (await harness.ReadAsync("auth/token/lookup-self", new string(wrong))).Is(403);
        }

        foreach (var text in (string[])["hvb.", "hvb.!", "hvb.AAAA", "hvb.=", "hvb." + new string('A', 8000), batch[..20], batch + "AAAA"])
        {
            (await harness.ReadAsync("auth/token/lookup-self", text)).Is(403);
        }
    }

    [Fact]
    public async Task A_batch_token_stores_nothing_expires_and_cannot_be_renewed_or_have_children()
    {
        await using var harness = await KernelHarness.StartAsync();
        await harness.TokenAsync();
        var before = await harness.KeysAsync("");
        var batch = await harness.TokenAsync("""{"type":"batch","ttl":"1h"}""");
        Assert.Equal(before, await harness.KeysAsync(""));

        (await harness.WriteAsync("auth/token/renew-self", null, batch.ClientToken)).Is(400);
        (await harness.WriteAsync("auth/token/revoke-self", null, batch.ClientToken)).Is(400);
        (await harness.WriteAsync("auth/token/create", null, batch.ClientToken)).Is(400);
        harness.Clock.Advance(TimeSpan.FromHours(1));
        (await harness.ReadAsync("auth/token/lookup-self", batch.ClientToken)).Is(403);
    }

    // Nothing is stored of a batch token that could outlive its parent: also where service tokens are left alive as orphans.
    [Theory]
    [InlineData("auth/token/revoke", 403)]
    [InlineData("auth/token/revoke-orphan", 200)]
    public async Task A_batch_token_ends_with_its_parent_however_that_is_revoked(string how, int serviceChild)
    {
        await using var harness = await KernelHarness.StartAsync();
        var parent = await harness.TokenAsync();
        var batch = await harness.TokenAsync("""{"type":"batch","ttl":"1h"}""", parent.ClientToken);
        var service = await harness.TokenAsync("""{"ttl":"1h"}""", parent.ClientToken);
        (await harness.ReadAsync("auth/token/lookup-self", batch.ClientToken)).Is(200);

        (await harness.WriteAsync(how, $$"""{"token":"{{parent.ClientToken}}"}""")).Ok();

        (await harness.ReadAsync("auth/token/lookup-self", batch.ClientToken)).Is(403);
        (await harness.ReadAsync("auth/token/lookup-self", service.ClientToken)).Is(serviceChild);
    }

    [Fact]
    public async Task A_look_up_by_accessor_shows_the_record_and_never_the_token()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"ttl":"1h","meta":{"user":"armon"}}""");

        var shown = (await harness.WriteAsync("auth/token/lookup-accessor", $$"""{"accessor":"{{token.Accessor}}"}""")).Ok();

        Assert.Equal("", (string?)shown.Data["id"]);
        Assert.Equal("armon", (string?)shown.Data["meta"]!["user"]);
        Assert.DoesNotContain(token.ClientToken, shown.Body, StringComparison.Ordinal);
        Assert.InRange((await harness.WriteAsync("auth/token/lookup-accessor", """{"accessor":"nobody"}""")).Status, 400, 404);
        foreach (var odd in (string[])["../../core/mounts", "a/b", "\\u0000", "000000000000000000000000", ""])
        {
            Assert.InRange((await harness.WriteAsync("auth/token/lookup-accessor", $$"""{"accessor":"{{odd}}"}""")).Status, 400, 404);
        }

        var self = (await harness.ReadAsync("auth/token/accessors", token.ClientToken)).Is(403);
        Assert.DoesNotContain(token.Accessor, self.Body, StringComparison.Ordinal);
        var listed = (await harness.SendAsync(Operation.List, "auth/token/accessors", null)).Ok();
        Assert.Contains(token.Accessor, listed.Data["keys"]!.AsArray().Select(key => (string)key!));
    }

    [Theory]
    [InlineData(" ROOT")]
    [InlineData("root ")]
    [InlineData("Root")]
    [InlineData("root\\t")]
    [InlineData("\\u00a0root")]
    [InlineData("default,ROOT")]
    public async Task CVE_2025_5999_no_spelling_of_root_makes_a_root_token(string name)
    {
        await using var harness = await KernelHarness.StartAsync();
        await harness.WriteAsync("sys/policies/acl/admin", """{"policy":"path \"*\" { capabilities = [\"create\",\"read\",\"update\",\"delete\",\"list\",\"sudo\"] }"}""");
        var admin = await harness.TokenAsync("""{"policies":["admin"]}""");
        await harness.WriteAsync("auth/token/roles/any", """{"allowed_policies_glob":"*"}""", admin.ClientToken);

        foreach (var path in (string[])["auth/token/create", "auth/token/create-orphan", "auth/token/create/any"])
        {
            foreach (var body in (string[])[$$"""{"policies":["{{name}}"]}""", $$"""{"policies":"{{name}}"}"""])
            {
                var answer = await harness.WriteAsync(path, body, admin.ClientToken);
                if (answer.IsOk)
                {
                    Assert.DoesNotContain("root", answer.Json["auth"]!["policies"]!.AsArray().Select(policy => ((string)policy!).Trim().ToLowerInvariant()));
                }
                else
                {
                    Assert.InRange(answer.Status, 400, 403);
                }
            }
        }

        (await harness.WriteAsync("sys/policies/acl/ROOT", """{"policy":"path \"x\" { capabilities = [\"deny\"] }"}""", admin.ClientToken)).Is(400);
    }

    [Fact]
    public async Task Tokens_are_never_in_the_store_as_they_are()
    {
        const string Marker = "marker-7f3a91c2";
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync($$"""{"meta":{"k":"{{Marker}}-meta"},"id":"{{Marker}}-custom"}""");
        var service = await harness.TokenAsync();
        (await harness.WriteAsync("fake/items/x", $$"""{"value":"{{Marker}}-value"}""")).Ok();
        (await harness.WriteAsync("sys/policies/acl/p", """{"policy":"path \"marker-7f3a91c2-policy\" { capabilities = [\"read\"] }"}""")).Ok();
        var wrapped = (await harness.WriteAsync("sys/wrapping/wrap", $$"""{"v":"{{Marker}}-wrapped"}""", wrap: TimeSpan.FromHours(1))).Ok();
        (await harness.WriteAsync("fake/creds/a")).Ok();
        Assert.Equal(Marker + "-custom", token.ClientToken);

        var raw = await harness.RawAsync();

        Assert.DoesNotContain(Marker, raw, StringComparison.Ordinal);
        foreach (var secret in (string[])[harness.Root, service.ClientToken, (string)wrapped.Json["wrap_info"]!["token"]!])
        {
            Assert.DoesNotContain(secret, raw, StringComparison.Ordinal);

            // The locator is a key of the store; the secret half is nowhere.
            Assert.DoesNotContain(secret[^28..], raw, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(harness.Share, raw, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(System.Text.Encoding.Latin1.GetString(Convert.FromHexString(harness.Share)), raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_bound_to_a_network_is_no_token_elsewhere()
    {
        await using var harness = await KernelHarness.StartAsync();
        await harness.TokenAsync();
        (await harness.WriteAsync("auth/token/roles/near", """{"token_bound_cidrs":["10.0.0.0/8"]}""")).Ok();
        (await harness.WriteAsync("auth/token/roles/here", """{"token_bound_cidrs":["127.0.0.0/8"]}""")).Ok();

        var near = (await harness.WriteAsync("auth/token/create/near", """{"policies":["all"]}""")).Ok();
        var here = (await harness.WriteAsync("auth/token/create/here", """{"policies":["all"]}""")).Ok();

        (await harness.ReadAsync("auth/token/lookup-self", near.ClientToken)).Is(403);
        (await harness.ReadAsync("auth/token/lookup-self", here.ClientToken)).Is(200);
    }

    [Fact]
    public async Task Wrapped_values_open_once_however_many_try_at_once()
    {
        await using var harness = await KernelHarness.StartAsync();
        for (var round = 0; round < 5; round++)
        {
            var wrapped = (await harness.WriteAsync("sys/wrapping/wrap", """{"v":"treasure"}""", wrap: TimeSpan.FromMinutes(1))).Ok();
            var token = (string)wrapped.Json["wrap_info"]!["token"]!;

            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => i % 2 == 0
                ? harness.WriteAsync("sys/wrapping/unwrap", null, token)
                : harness.WriteAsync("sys/wrapping/unwrap", new JsonObject { ["token"] = token }.ToJsonString()))));

            Assert.Single(answers, answer => answer.Status == 200 && answer.Body.Contains("treasure", StringComparison.Ordinal));
            Assert.Equal(19, answers.Count(answer => answer.Status is 400 or 403));
        }

        Assert.Empty(await harness.KeysAsync("wrap/"));
    }

    [Fact]
    public async Task A_wrapped_value_is_gone_at_its_end()
    {
        await using var harness = await KernelHarness.StartAsync();
        var wrapped = (await harness.WriteAsync("sys/wrapping/wrap", """{"v":"treasure"}""", wrap: TimeSpan.FromSeconds(10))).Ok();
        harness.Clock.Advance(TimeSpan.FromSeconds(10));

        (await harness.WriteAsync("sys/wrapping/unwrap", null, (string)wrapped.Json["wrap_info"]!["token"]!)).Is(400);
        await harness.AdvanceUntilAsync(async () => (await harness.KeysAsync("wrap/")).Count == 0);
    }

    /// <summary>Version of a token's record in the store; zero when it is gone.</summary>
    private static async Task<long> VersionAsync(KernelHarness harness, Answer token) =>
        (await harness.Memory.GetAsync("token/id/" + token.Accessor, TestContext.Current.CancellationToken))?.Version ?? 0;
}
