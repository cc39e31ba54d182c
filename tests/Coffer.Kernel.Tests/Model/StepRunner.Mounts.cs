using System.Text.Json.Nodes;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Model;

internal sealed partial class StepRunner
{
    private async Task IssueAsync(Step step)
    {
        var caller = Caller(step.Who);
        var at = Pick(Paths, step.What);
        var path = $"{at}/creds/{(step.What % 2 == 0 ? "a" : "b")}";
        var mount = _model.Mounts.GetValueOrDefault(at);
        var ttl = TimeSpan.FromSeconds(Pick(Seconds, step.Dice));
        var expected = Allowed(caller, path, "update", mount is null ? 404 : caller is { HasUses: true, UsesLeft: 1 } ? 400 : 200);
        var answer = await SendAsync(Operation.Update, path, new JsonObject { ["ttl"] = SecondsOf(ttl) }, caller, expected);
        if (answer.Status == 200 && mount is not null)
        {
            var end = _model.LeaseEnd(mount, caller, ttl, Now, Now);
            AssertLife(answer, answer.Json["lease_duration"], end - Now);
            _model.Leases.Add(new ModelLease(answer.LeaseId, mount, caller) { Issued = Now, Ends = end });
        }
    }

    private async Task RenewLeaseAsync(Step step)
    {
        if (_model.Leases.Count == 0)
        {
            return;
        }

        const string Path = "sys/leases/renew";
        var caller = Caller(step.Who);
        var lease = Recent(_model.Leases, step.What);
        var asked = TimeSpan.FromSeconds(Pick(Seconds, step.Dice));
        var body = new JsonObject { ["lease_id"] = lease.Id, ["increment"] = SecondsOf(asked) };
        var answer = await SendAsync(Operation.Update, Path, body, caller, Allowed(caller, Path, "update", lease.Alive ? 200 : 400));
        if (answer.Status == 200)
        {
            var end = _model.LeaseEnd(lease.Mount, lease.Owner, asked, lease.Issued, Now);
            AssertLife(answer, answer.Json["lease_duration"], end - Now);
            lease.Ends = end;
        }
    }

    private async Task RevokeLeaseAsync(Step step)
    {
        if (_model.Leases.Count == 0)
        {
            return;
        }

        const string Path = "sys/leases/revoke";
        var caller = Caller(step.Who);
        var lease = Recent(_model.Leases, step.What);
        var body = new JsonObject { ["lease_id"] = lease.Id };
        if ((await SendAsync(Operation.Update, Path, body, caller, Allowed(caller, Path, "update", 204))).Status == 204)
        {
            lease.Alive = false;
        }
    }

    private async Task RevokePrefixAsync(Step step)
    {
        var at = Pick(Paths, step.What);
        var role = $"/creds/{(step.Who % 2 == 0 ? "a" : "b")}";
        var prefix = at + role;

        // A mount that was moved answers for the leases that it gave elsewhere.
        var mount = _model.Mounts.GetValueOrDefault(at);
        var below = _model.Held.Where(lease => lease.Id.StartsWith(prefix + "/", StringComparison.Ordinal)
            || (lease.Mount == mount && lease.Id.Contains(role + "/", StringComparison.Ordinal))).ToArray();
        int[] none = below.Length == 0 ? [404] : [];
        if ((await SendAsync(Operation.Update, "sys/leases/revoke-prefix/" + prefix, null, _model.Root, 204, none)).Status == 204)
        {
            Array.ForEach(below, lease => lease.Alive = false);
        }
    }

    private async Task ItemAsync(Step step)
    {
        var caller = Caller(step.Who);
        var at = Pick(Paths, step.What);
        var item = step.What % 2 == 0 ? "x" : "y";
        var path = $"{at}/items/{item}";
        var mount = _model.Mounts.GetValueOrDefault(at);
        switch (step.Kind)
        {
            case StepKind.PutItem:
                var value = $"v{step.Dice}";
                var expected = Allowed(caller, path, "update", mount is null ? 404 : 204);
                if ((await SendAsync(Operation.Update, path, new JsonObject { ["value"] = value }, caller, expected)).Status == 204 && mount is not null)
                {
                    mount.Items[item] = value;
                }

                break;
            case StepKind.ReadItem:
                var kept = mount?.Items.GetValueOrDefault(item);
                var answer = await SendAsync(Operation.Read, path, null, caller, Allowed(caller, path, "read", kept is null ? 404 : 200));
                Assert.True(!strict || answer.Status != 200 || (string?)answer.Data["value"] == kept, answer.ToString());
                break;
            default:
                if ((await SendAsync(Operation.Delete, path, null, caller, Allowed(caller, path, "delete", mount is null ? 404 : 204))).Status == 204)
                {
                    mount?.Items.Remove(item);
                }

                break;
        }
    }

    private async Task PolicyAsync(Step step)
    {
        var caller = Caller(step.Who);
        var name = Pick(PolicyNames, step.What);
        var path = "sys/policies/acl/" + name;
        switch (step.Kind)
        {
            case StepKind.WritePolicy:
                var policy = ModelPolicy.Random(new Random(step.Dice));
                if ((await SendAsync(Operation.Update, path, new JsonObject { ["policy"] = policy.Text }, caller, Allowed(caller, path, "update", 204))).Status == 204)
                {
                    _model.Policies[name] = policy;
                }

                break;
            case StepKind.ReadPolicy:
                var known = _model.Policies.GetValueOrDefault(name);
                var answer = await SendAsync(Operation.Read, path, null, caller, Allowed(caller, path, "read", known is null ? 404 : 200));
                Assert.True(!strict || answer.Status != 200 || (string?)answer.Data["policy"] == known?.Text, answer.ToString());
                break;
            default:
                if ((await SendAsync(Operation.Delete, path, null, caller, Allowed(caller, path, "delete", 204))).Status == 204)
                {
                    _model.Policies.Remove(name);
                }

                break;
        }
    }

    private async Task EnableAsync(Step step)
    {
        var at = Pick(Paths, step.What);
        var taken = _model.Mounts.ContainsKey(at);
        if ((await SendAsync(Operation.Update, "sys/mounts/" + at, new JsonObject { ["type"] = "fake" }, _model.Root, taken ? 400 : 204)).Status == 204)
        {
            _model.Mounts[at] = new ModelMount();
        }
    }

    private async Task DisableAsync(Step step)
    {
        var at = Pick(Paths, step.What);
        var mount = _model.Mounts.GetValueOrDefault(at);
        if ((await SendAsync(Operation.Delete, "sys/mounts/" + at, null, _model.Root, 204)).Status == 204)
        {
            _model.Mounts.Remove(at);
            foreach (var lease in _model.Held.Where(lease => lease.Mount == mount))
            {
                lease.Alive = false;
            }
        }
    }

    private async Task MoveAsync(Step step)
    {
        var (from, to) = (Pick(Paths, step.Who), Pick(Paths, step.What));
        var possible = _model.Mounts.ContainsKey(from) && !_model.Mounts.ContainsKey(to);
        if ((await SendAsync(Operation.Update, "sys/remount", new JsonObject { ["from"] = from, ["to"] = to }, _model.Root, possible ? 200 : 400)).Status == 200
            && _model.Mounts.Remove(from, out var mount))
        {
            _model.Mounts[to] = mount;
        }
    }

    private async Task TuneAsync(Step step)
    {
        var dice = new Random(step.Dice);
        var at = Pick(Paths, step.What);
        var most = Duration(dice, 50, 500, 3600);
        var usual = Duration(dice, 20, 50);
        var mount = _model.Mounts.GetValueOrDefault(at);
        var body = new JsonObject { ["default_lease_ttl"] = $"{SecondsOf(usual)}s", ["max_lease_ttl"] = $"{SecondsOf(most)}s" };
        if ((await SendAsync(Operation.Update, $"sys/mounts/{at}/tune", body, _model.Root, mount is null ? 400 : 204)).Status == 204 && mount is not null)
        {
            mount.Default = usual;
            mount.Max = most;
        }
    }

    /// <summary>Ends everything that was begun, and waits until nothing is left: no token but the root, no lease, no secret.</summary>
    public async Task FinishAsync()
    {
        harness.Store.Heal();
        foreach (var at in Paths)
        {
            // A disabling that broke off is taken up by asking again.
            await harness.AdvanceUntilAsync(async () => (await harness.AnsweredAsync(harness.SendAsync(Operation.Delete, "sys/mounts/" + at, null))).Status == 204);
        }

        foreach (var accessor in (await harness.KeysAsync("token/id/")).Select(key => key["token/id/".Length..]))
        {
            if (!(await harness.WriteAsync("auth/token/lookup-accessor", new JsonObject { ["accessor"] = accessor }.ToJsonString())).Body.Contains("\"root\"", StringComparison.Ordinal))
            {
                await harness.AnsweredAsync(harness.WriteAsync("auth/token/revoke-accessor", new JsonObject { ["accessor"] = accessor }.ToJsonString()));
            }
        }

        await harness.AdvanceUntilAsync(
            async () => harness.World.Secrets.Count == 0 && (await harness.LeasesAsync()).Count == 0 && (await harness.KeysAsync("token/id/")).Count == 1);
        await harness.AssertConsistentAsync();
        foreach (var prefix in (string[])["lease/id/", "lease/owner/", "token/child/", "due/"])
        {
            Assert.Empty(await harness.KeysAsync(prefix));
        }
    }
}
