using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;
using Coffer.Testing;
using CsCheck;

namespace Coffer.Kernel.Tests.Leases;

/// <summary>Leases keep their ids when their mount moves, and are found wherever it is: by id, by today's path, and when it goes.</summary>
public sealed class MovedMountTests
{
    [Fact]
    public async Task Disabling_a_moved_mount_ends_what_it_gave_at_every_path_and_nothing_of_another_mount()
    {
        await using var harness = await KernelHarness.StartAsync();
        var first = await MakeAsync(harness, "fake");
        await MoveAsync(harness, "fake", "second");
        await MoveAsync(harness, "second", "third");
        (await harness.WriteAsync("sys/mounts/fake", """{"type":"fake"}""")).Ok();
        var other = await MakeAsync(harness, "fake");
        var last = await MakeAsync(harness, "third");
        Assert.Equal(new[] { first, other, last }.Order(StringComparer.Ordinal), harness.World.Secrets.Order(StringComparer.Ordinal));

        (await harness.SendAsync(Operation.Delete, "sys/mounts/third", null)).Is(204);

        Assert.Equal([other], harness.World.Secrets);
        Assert.Equal([other], await harness.LeasesAsync());
        Assert.Empty((await harness.ReadAsync("sys/leases/attention")).Ok().Data["leases"]!.AsArray());
        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(204);
    }

    [Fact]
    public async Task A_new_mount_at_the_old_path_goes_without_the_leases_of_the_one_that_moved()
    {
        await using var harness = await KernelHarness.StartAsync();
        var moved = await MakeAsync(harness, "fake");
        await MoveAsync(harness, "fake", "second");
        (await harness.WriteAsync("sys/mounts/fake", """{"type":"fake"}""")).Ok();
        await MakeAsync(harness, "fake");

        (await harness.SendAsync(Operation.Delete, "sys/mounts/fake", null)).Is(204);

        Assert.Equal([moved], harness.World.Secrets);
        (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{moved}}"}""")).Ok();
    }

    [Fact]
    public async Task A_lease_answers_to_its_id_and_to_the_name_it_would_have_at_the_new_path()
    {
        await using var harness = await KernelHarness.StartAsync();
        var id = await MakeAsync(harness, "fake");
        await MoveAsync(harness, "fake", "team/second");
        var name = "team/second/" + id["fake/".Length..];

        foreach (var asked in new[] { id, name })
        {
            Assert.Equal(id, (string)(await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{asked}}"}""")).Ok().Data["id"]!);
            Assert.Equal(id, (await harness.WriteAsync("sys/leases/renew", $$"""{"lease_id":"{{asked}}"}""")).Ok().LeaseId);
        }

        (await harness.WriteAsync("sys/leases/revoke", $$"""{"lease_id":"{{name}}"}""")).Ok();
        Assert.Empty(harness.World.Secrets);
        (await harness.WriteAsync("sys/leases/lookup", $$"""{"lease_id":"{{name}}"}""")).Is(400);
    }

    [Fact]
    public async Task Listing_and_revoking_by_the_new_path_find_leases_from_before_and_not_those_of_who_stands_at_the_old_one()
    {
        await using var harness = await KernelHarness.StartAsync();
        var moved = await MakeAsync(harness, "fake");
        await MoveAsync(harness, "fake", "team/second");
        (await harness.WriteAsync("sys/mounts/fake", """{"type":"fake"}""")).Ok();
        var other = await MakeAsync(harness, "fake");

        Assert.Contains("team/", await ListAsync(harness, ""));
        Assert.Equal(["second/"], await ListAsync(harness, "team"));
        Assert.Equal(["creds/"], await ListAsync(harness, "team/second"));
        Assert.Equal([moved.Split('/')[^1]], await ListAsync(harness, "team/second/creds/a"));

        (await harness.WriteAsync("sys/leases/revoke-prefix/team")).Is(204);

        Assert.Equal([other], harness.World.Secrets);
        Assert.Empty(await ListAsync(harness, "team"));
        Assert.Equal([other.Split('/')[^1]], await ListAsync(harness, "fake/creds/a"));
    }

    [Fact]
    public async Task Disabling_a_moved_auth_method_ends_its_tokens_and_not_those_of_the_one_at_its_old_path()
    {
        await using var harness = await KernelHarness.StartAsync();
        (await harness.WriteAsync("sys/auth/people", """{"type":"fakelogin"}""")).Ok();
        var before = (await harness.WriteAsync("auth/people/login", """{"name":"kim"}""", "")).Ok().ClientToken;
        (await harness.WriteAsync("sys/remount", """{"from":"auth/people","to":"auth/staff"}""")).Ok();
        (await harness.WriteAsync("sys/auth/people", """{"type":"fakelogin"}""")).Ok();
        var other = (await harness.WriteAsync("auth/people/login", """{"name":"kim"}""", "")).Ok().ClientToken;
        (await harness.ReadAsync("auth/token/lookup-self", before)).Ok();

        (await harness.SendAsync(Operation.Delete, "sys/auth/staff", null)).Is(204);

        (await harness.ReadAsync("auth/token/lookup-self", before)).Is(403);
        (await harness.ReadAsync("auth/token/lookup-self", other)).Ok();
    }

    [Fact]
    public async Task A_limit_of_leases_counts_those_from_before_the_move_and_none_of_another_mount()
    {
        await using var harness = await KernelHarness.StartAsync();
        await MakeAsync(harness, "fake");
        await MakeAsync(harness, "fake");
        await MoveAsync(harness, "fake", "second");
        (await harness.WriteAsync("sys/mounts/fake", """{"type":"fake"}""")).Ok();
        (await harness.WriteAsync("sys/quotas/lease-count/moved", """{"path":"second","max_leases":2}""")).Ok();
        (await harness.WriteAsync("sys/quotas/lease-count/new", """{"path":"fake","max_leases":1}""")).Ok();

        (await harness.WriteAsync("second/creds/a")).Is(429);
        (await harness.WriteAsync("fake/creds/a")).Ok();
        (await harness.WriteAsync("fake/creds/a")).Is(429);
    }

    [Fact]
    public async Task A_mount_that_is_going_or_had_too_many_paths_is_not_moved()
    {
        await using var harness = await KernelHarness.StartAsync();
        var path = "fake";
        for (var i = 0; i < Limits.FormerPathsMax; i++)
        {
            await MoveAsync(harness, path, $"path-{i}");
            path = $"path-{i}";
        }

        Assert.Contains("has been moved to 64 paths", (await harness.WriteAsync("sys/remount", $$"""{"from":"{{path}}","to":"one-more"}""")).Is(400).Body, StringComparison.Ordinal);
        await MoveAsync(harness, path, "fake");
        await MakeAsync(harness, "fake");
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.World.During = operation => operation == "revoke" ? hold.Task : Task.CompletedTask;
        var disabling = harness.SendAsync(Operation.Delete, "sys/mounts/fake", null);
        await harness.IdleAsync();
        Assert.True(harness.World.CallsOf("revoke") > 0);

        Assert.Contains("is being disabled", (await harness.WriteAsync("sys/remount", """{"from":"fake","to":"path-3"}""")).Is(400).Body, StringComparison.Ordinal);

        hold.SetResult();
        (await disabling).Is(204);
    }

    [Theory]
    [InlineData(FaultMoment.Before)]
    [InlineData(FaultMoment.After)]
    public async Task The_process_may_die_at_any_call_while_a_moved_mount_goes(FaultMoment moment)
    {
        for (var n = 1; ; n++)
        {
            await using var harness = await KernelHarness.StartAsync();
            await MakeAsync(harness, "fake");
            await MoveAsync(harness, "fake", "second");
            await MakeAsync(harness, "second");
            (await harness.WriteAsync("sys/mounts/fake", """{"type":"fake"}""")).Ok();
            var other = await MakeAsync(harness, "fake");
            var before = harness.Store.Calls;
            harness.Store.DieAtCall(before + n, moment);

            var answer = await harness.SendAsync(Operation.Delete, "sys/mounts/second", null);

            var reached = harness.Store.Calls - before >= n;
            await harness.RestartAsync();
            if (!answer.IsOk)
            {
                (await harness.SendAsync(Operation.Delete, "sys/mounts/second", null)).Is(204);
            }

            Assert.Equal([other], harness.World.Secrets);
            Assert.Equal([other], await harness.LeasesAsync());
            Assert.Empty(await harness.KeysAsync("lease/id/second/"));
            (await harness.ReadAsync("sys/mounts/second")).Is(400);
            if (!reached)
            {
                Assert.True(n > 20, $"only {n} calls");
                return;
            }
        }
    }

    [Fact]
    public async Task In_whatever_order_mounts_come_move_and_go_each_takes_its_own_leases_along() =>
        await Gen.Select(Gen.Int[0, 4], Gen.Int[0, Paths.Length - 1], Gen.Int[0, Paths.Length - 1]).Array[1, 40].SampleAsync(
            async steps =>
            {
                await using var harness = await KernelHarness.StartAsync();
                var mounts = new Dictionary<string, int> { ["fake/"] = 0 };
                var secrets = new Dictionary<string, int>();
                foreach (var (kind, from, to) in steps)
                {
                    await StepAsync(harness, mounts, secrets, kind, Paths[from], Paths[to]);
                    Assert.Equal(secrets.Keys.Order(StringComparer.Ordinal), harness.World.Secrets.Order(StringComparer.Ordinal));
                }

                foreach (var path in mounts.Keys)
                {
                    (await harness.SendAsync(Operation.Delete, "sys/mounts/" + path.TrimEnd('/'), null)).Is(204);
                }

                Assert.Empty(harness.World.Secrets);
                Assert.DoesNotContain(await harness.KeysAsync("lease/id/"), key => key.Contains("/creds/", StringComparison.Ordinal));
            },
            iter: 40);

    private static readonly string[] Paths = ["fake/", "b/", "c/", "fake/x/", "b/creds/"];

    private static async Task StepAsync(
        KernelHarness harness, Dictionary<string, int> mounts, Dictionary<string, int> secrets, int kind, string from, string to)
    {
        var free = !mounts.Keys.Any(path => path.StartsWith(to, StringComparison.Ordinal) || to.StartsWith(path, StringComparison.Ordinal));
        switch (kind)
        {
            case 0 when free:
                (await harness.WriteAsync("sys/mounts/" + to.TrimEnd('/'), """{"type":"fake"}""")).Ok();
                mounts[to] = secrets.Values.Concat(mounts.Values).DefaultIfEmpty(0).Max() + 1;
                break;
            case 1 when free && mounts.Remove(from, out var moved):
                await MoveAsync(harness, from.TrimEnd('/'), to.TrimEnd('/'));
                mounts[to] = moved;
                break;
            case 2 when mounts.Remove(from, out var gone):
                (await harness.SendAsync(Operation.Delete, "sys/mounts/" + from.TrimEnd('/'), null)).Is(204);
                RemoveWhere(secrets, (_, mount) => mount == gone);
                break;
            case 3 when mounts.TryGetValue(from, out var mount):
                secrets[await MakeAsync(harness, from.TrimEnd('/'))] = mount;
                break;
            case 4:
                (await harness.WriteAsync("sys/leases/revoke-prefix/" + from.TrimEnd('/'))).Is(204);
                RemoveWhere(secrets, (id, owner) => id.StartsWith(from, StringComparison.Ordinal)
                    || mounts.Any(mount => mount.Value == owner && mount.Key.StartsWith(from, StringComparison.Ordinal))
                    || mounts.Any(mount => mount.Value == owner && (mount.Key + "creds/").StartsWith(from, StringComparison.Ordinal)));
                break;
        }
    }

    private static void RemoveWhere(Dictionary<string, int> secrets, Func<string, int, bool> holds)
    {
        foreach (var (id, _) in secrets.Where(secret => holds(secret.Key, secret.Value)).ToArray())
        {
            secrets.Remove(id);
        }
    }

    private static async Task<string> MakeAsync(KernelHarness harness, string mount) =>
        (await harness.WriteAsync($"{mount}/creds/a", """{"ttl":"1h"}""")).Ok().LeaseId;

    private static async Task MoveAsync(KernelHarness harness, string from, string to) =>
        (await harness.WriteAsync("sys/remount", $$"""{"from":"{{from}}","to":"{{to}}"}""")).Ok();

    private static async Task<IReadOnlyList<string>> ListAsync(KernelHarness harness, string prefix)
    {
        var answer = await harness.SendAsync(Operation.List, prefix.Length == 0 ? "sys/leases/lookup" : "sys/leases/lookup/" + prefix, null);
        return answer.Status == 404 ? [] : [.. answer.Ok().Data["keys"]!.AsArray().Select(key => (string)key!)];
    }
}
