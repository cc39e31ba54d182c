using Coffer.Kernel.Leases;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Leases;
using Coffer.Storage;

namespace Coffer.Kernel.Tests.Leases;

public sealed class LeaseRaceTests
{
    [Theory]
    [InlineData("""{"lease_id":"ID"}""")]
    [InlineData("""{"lease_id":"ID","sync":false}""")]
    public async Task A_lease_that_is_revoked_while_its_secret_is_made_is_not_given_out(string body)
    {
        await using var harness = await KernelHarness.StartAsync();
        harness.World.During = async operation =>
        {
            if (operation == "create")
            {
                var id = (await harness.LeasesAsync()).Single();
                harness.World.During = _ => Task.CompletedTask;
                var answer = await harness.WriteAsync("sys/leases/revoke", body.Replace("ID", id, StringComparison.Ordinal));
                Assert.InRange(answer.Status, 200, 204);
            }
        };

        (await harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}""")).Is(400);

        await harness.IdleAsync();
        Assert.Empty(harness.World.Secrets);
        Assert.Empty(await harness.LeasesAsync());
    }

    [Theory]
    [InlineData("auth/token/revoke-accessor", """{"accessor":"ACCESSOR"}""")]
    [InlineData("sys/leases/revoke", """{"lease_id":"LEASE","sync":false}""")]
    public async Task A_lease_that_was_let_run_out_while_its_secret_was_made_is_not_given_out_even_if_the_janitor_comes_late(string path, string body)
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"ttl":"10h"}""");
        harness.World.During = async operation =>
        {
            if (operation == "create")
            {
                harness.World.During = _ => Task.CompletedTask;
                var id = (await harness.LeasesAsync()).Single();
                harness.Store.BeforeCommit = batch => IsBeginningOfRevocation(harness, batch) ? throw new StoreUnavailableException("late") : default;
                var filled = body.Replace("ACCESSOR", token.Accessor, StringComparison.Ordinal).Replace("LEASE", id, StringComparison.Ordinal);
                Assert.InRange((await harness.WriteAsync(path, filled)).Status, 200, 204);
            }
        };

        // It cannot be revoked at once either, as long as the store takes no revocation.
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"5h"}""", token.ClientToken)).Is(503);

        harness.Store.BeforeCommit = null;
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
        Assert.Empty(harness.World.Secrets);
    }

    [Theory]
    [InlineData("lease/id/", "sys/leases/renew", """{"lease_id":"LEASE","increment":"1h"}""")]
    [InlineData("token/id/", "auth/token/renew-accessor", """{"accessor":"ACCESSOR","increment":"1h"}""")]
    public async Task A_renewal_at_the_last_moment_is_kept_although_the_janitor_saw_the_old_end(string records, string path, string body)
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync("""{"ttl":"10s"}""");
        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"10s"}""")).Ok();
        var filled = body.Replace("LEASE", made.LeaseId, StringComparison.Ordinal).Replace("ACCESSOR", token.Accessor, StringComparison.Ordinal);
        var record = records + (records == "lease/id/" ? made.LeaseId : token.Accessor);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var commit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var look = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Clock.Advance(TimeSpan.FromSeconds(9));
        harness.Store.BeforeCommit = async batch =>
        {
            if (batch.Writes.Any(write => write.Key == record))
            {
                harness.Store.BeforeCommit = null;
                held.SetResult();
                await commit.Task;
            }
        };

        // The renewal has decided and not committed; the janitor has seen the old end and not the record.
        var renewing = harness.WriteAsync(path, filled);
        await held.Task;
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Store.BeforeGet = async key =>
        {
            if (key == record)
            {
                looked.TrySetResult();
                await look.Task;
            }
        };
        await harness.AdvanceUntilAsync(() => looked.Task.IsCompleted);
        commit.SetResult();
        (await renewing).Ok();
        look.SetResult();
        harness.Store.BeforeGet = null;

        await harness.AdvanceAsync(TimeSpan.FromMinutes(50));

        Assert.NotEmpty(await harness.KeysAsync(record));
        await harness.AdvanceUntilAsync(async () => (await harness.KeysAsync(record)).Count == 0);
    }

    [Fact]
    public async Task A_lease_whose_revocation_failed_since_the_janitor_saw_it_due_is_not_tried_at_once_again()
    {
        await using var harness = await KernelHarness.StartAsync();
        var made = (await harness.WriteAsync("fake/creds/a", """{"ttl":"10s"}""")).Ok();
        harness.World.FailAll("revoke", FailureClass.NeedsOperator);
        var record = LeaseKeys.Record(made.LeaseId);
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Store.BeforeGet = async key =>
        {
            // The first to look at the lease is the janitor, which asks for its mount.
            if (key == record && seen.TrySetResult())
            {
                await goOn.Task;
            }
        };
        harness.Clock.Advance(TimeSpan.FromSeconds(10));
        await seen.Task;
        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{made.LeaseId}}"}""")).Is(400);
        Assert.Equal(1, harness.World.CallsOf("revoke"));

        goOn.SetResult();
        await harness.AdvanceAsync(TimeSpan.FromMinutes(30));

        Assert.Equal(1, harness.World.CallsOf("revoke"));
    }

    [Fact]
    public async Task Revoking_at_random_moments_of_creations_leaves_nothing()
    {
        await using var harness = await KernelHarness.StartAsync();
        var tokens = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => harness.TokenAsync("""{"ttl":"10h"}""")));
        var running = tokens.SelectMany(token => Enumerable.Range(0, 20).Select(async i =>
        {
            await Task.Yield();
            return i == 7
                ? await harness.WriteAsync("auth/token/revoke-accessor", $$"""{"accessor":"{{token.Accessor}}"}""")
                : await harness.WriteAsync("fake/creds/a", """{"ttl":"5h"}""", token.ClientToken);
        }));

        var answers = await Task.WhenAll(running.Select(task => Task.Run(() => task)));

        Assert.All(answers, answer => Assert.Contains(answer.Status, (int[])[200, 204, 400, 403]));
        await harness.IdleAsync();
        Assert.Empty(await harness.LeasesAsync());
        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task Many_revocations_of_one_lease_at_once_all_succeed()
    {
        await using var harness = await KernelHarness.StartAsync();
        var made = (await harness.WriteAsync("fake/creds/a")).Ok();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() =>
            harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{made.LeaseId}}"}"""))));

        Assert.All(answers, answer => answer.Is(204));
        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task A_lease_whose_token_ends_while_its_own_end_is_under_way_is_gone_at_once()
    {
        await using var harness = await KernelHarness.StartAsync();
        var token = await harness.TokenAsync();
        (await harness.WriteAsync("fake/creds/a", """{"ttl":"60s"}""", token.ClientToken)).Ok();
        harness.World.During = async operation =>
        {
            if (operation == "revoke")
            {
                // The token's end makes the lease due now, which is another time than the one that this attempt saw.
                harness.World.During = _ => Task.CompletedTask;
                (await harness.WriteAsync("auth/token/revoke-accessor", $$"""{"accessor":"{{token.Accessor}}"}""")).Is(204);
                await harness.IdleAsync();
            }
        };

        await harness.LeapAsync(TimeSpan.FromSeconds(100));

        // The attempt waited for the same moment as the line above.
        await harness.IdleAsync();
        Assert.Empty(await harness.LeasesAsync());
        Assert.Empty(harness.World.Secrets);
    }

    [Fact]
    public async Task Sealing_while_secrets_are_made_leaves_nothing_without_a_lease()
    {
        await using var harness = await KernelHarness.StartAsync();
        var running = Enumerable.Range(0, 100).Select(_ => Task.Run(() => harness.WriteAsync("fake/creds/a", """{"ttl":"1h"}"""))).ToArray();
        await Task.WhenAny(running);

        await harness.SealAsync();
        var answers = await Task.WhenAll(running);

        Assert.All(answers, answer => Assert.Contains(answer.Status, (int[])[200, 503]));
        await harness.AssertConsistentAsync();
        Assert.Equal(answers.Count(answer => answer.Status == 200), harness.World.Secrets.Count);
        await harness.UnsealAsync();
        await harness.AdvanceUntilAsync(async () => (await harness.LeasesAsync()).Count == 0);
        Assert.Empty(harness.World.Secrets);
    }

    /// <summary>A revocation of a lease begins by moving its due entry to when it would be taken up again.</summary>
    private static bool IsBeginningOfRevocation(KernelHarness harness, StoreBatch batch)
    {
        var takenUp = DueKeys.Lease(harness.Clock.GetUtcNow() + DueKeys.TakeUpAfter, "");
        return batch.Writes.Any(write => write.Value is not null && write.Key.StartsWith(takenUp, StringComparison.Ordinal));
    }
}
