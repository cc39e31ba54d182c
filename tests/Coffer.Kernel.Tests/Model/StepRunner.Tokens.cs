using System.Text.Json.Nodes;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Model;

internal sealed partial class StepRunner
{
    private async Task CreateAsync(Step step, string? roleName)
    {
        var dice = new Random(step.Dice);
        var path = "auth/token/create" + (roleName is null ? "" : "/" + roleName);
        var batch = dice.Next(4) == 0;
        var caller = batch ? Maker(step.Who, path) : Caller(step.Who);
        var ttl = Duration(dice, Seconds);

        // A batch token can have none of the three that come next, so most of those that are asked for do not.
        var plain = batch && dice.Next(6) != 0;
        var period = !plain && dice.Next(5) == 0 ? Duration(dice, 30, 300) : TimeSpan.Zero;
        var explicitMax = !plain && dice.Next(4) == 0 ? Duration(dice, 100, 1000) : TimeSpan.Zero;
        var uses = !plain && dice.Next(4) == 0 ? dice.Next(1, 4) : 0;
        var renewable = dice.Next(4) != 0;
        var noParent = roleName is null && dice.Next(6) == 0;
        var asked = caller.IsRoot || dice.Next(3) == 0 ? PolicyNames.Where(_ => dice.Next(2) == 0).ToArray() : null;
        if (asked is [])
        {
            asked = ["p0"];
        }

        var body = new JsonObject
        {
            ["ttl"] = SecondsOf(ttl),
            ["period"] = SecondsOf(period),
            ["explicit_max_ttl"] = SecondsOf(explicitMax),
            ["num_uses"] = uses,
            ["renewable"] = renewable,
            ["no_parent"] = noParent,
            ["type"] = batch ? "batch" : "service",
        };
        if (asked is not null)
        {
            body["policies"] = new JsonArray([.. asked.Select(name => (JsonNode)name)]);
        }

        var role = roleName is null ? null : _model.Roles.GetValueOrDefault(roleName);
        var sudo = _model.HasSudo(caller, path);
        var left = uses == 0 || role is null or { Uses: 0 } ? uses + (role?.Uses ?? 0) : Math.Min(uses, role.Uses);
        var kept = ServerModel.Lesser(period, role?.Period);
        var unfit = batch && (explicitMax > TimeSpan.Zero || left > 0 || kept > TimeSpan.Zero);
        var refused = unfit || (roleName is not null && role is null) || caller.HasUses || caller.IsBatch || (!sudo && (period > TimeSpan.Zero || noParent))
            || (!sudo && asked?.All(caller.Policies.Contains) == false);
        var answer = await SendAsync(Operation.Update, path, body, caller, Allowed(caller, path, "update", refused ? 400 : 200));
        if (answer.Status != 200)
        {
            return;
        }

        var policies = asked?.ToHashSet() ?? caller.Policies.ToHashSet();
        if (sudo || caller.Policies.Contains("default"))
        {
            policies.Add("default");
        }

        var most = ServerModel.Lesser(explicitMax, role?.ExplicitMax);
        var parent = noParent || role is { Orphan: true } || caller.IsRoot ? null : caller;
        var life = _model.WithinParents(parent, ServerModel.Life(kept, ttl > TimeSpan.Zero ? ttl : ServerModel.SystemMax, most, Now, Now), Now);
        _model.Tokens.Add(new ModelToken(answer.ClientToken, answer.Accessor)
        {
            IsBatch = batch,
            Parent = parent,
            Policies = policies,
            UsesLeft = left,
            HasUses = left > 0,
            Renewable = !batch && renewable && role is not { Renewable: false },
            Issued = Now,
            Ends = Now + life,
            LastTtl = life,
            Period = period,
            ExplicitMax = explicitMax,
            Role = roleName,
        });
        AssertLife(answer, answer.Json["auth"]!["lease_duration"], life);
        if (strict)
        {
            Assert.Equal(policies.Order(StringComparer.Ordinal), answer.Json["auth"]!["policies"]!.AsArray().Select(name => (string)name!));
            Assert.Equal(noParent || role is { Orphan: true }, (bool)answer.Json["auth"]!["orphan"]!);
            Assert.Equal((batch ? "batch" : "service", batch), ((string)answer.Json["auth"]!["token_type"]!, answer.Accessor.Length == 0));
        }
    }

    /// <summary>Who makes a batch token: where there is one, a service token that may, since most may not and those of the root token end with nothing but time.</summary>
    private ModelToken Maker(int number, string path)
    {
        var able = _model.Stored.Where(token => !token.HasUses && _model.May(token, path, "update")).ToList();
        return able.Count == 0 || number % 4 == 0 ? Caller(number) : Recent(able, number);
    }

    private async Task WriteRoleAsync(Step step)
    {
        var dice = new Random(step.Dice);
        var role = new ModelRole(Duration(dice, 0, 0, 45), Duration(dice, 0, 0, 500), dice.Next(3) == 0 ? 2 : 0, dice.Next(2) == 0, dice.Next(3) != 0);
        var body = new JsonObject
        {
            ["token_period"] = SecondsOf(role.Period),
            ["token_explicit_max_ttl"] = SecondsOf(role.ExplicitMax),
            ["token_num_uses"] = role.Uses,
            ["orphan"] = role.Orphan,
            ["renewable"] = role.Renewable,
        };
        var name = Pick(RoleNames, step.What);
        await SendAsync(Operation.Update, "auth/token/roles/" + name, body, _model.Root, 204);
        _model.Roles[name] = role;
    }

    private async Task DeleteRoleAsync(Step step)
    {
        var name = Pick(RoleNames, step.What);
        await SendAsync(Operation.Delete, "auth/token/roles/" + name, null, _model.Root, 204);
        _model.Roles.Remove(name);
    }

    private async Task LookupSelfAsync(Step step)
    {
        const string Path = "auth/token/lookup-self";
        var caller = Caller(step.Who);
        var answer = await SendAsync(Operation.Read, Path, null, caller, Allowed(caller, Path, "read", 200));
        if (answer.Status == 200 && caller is { IsRoot: false, Alive: true })
        {
            AssertLife(answer, answer.Data["ttl"], _model.WithinParents(caller.Parent, caller.Ends - Now, Now));
            Assert.True(!strict || (int)answer.Data["num_uses"]! == caller.UsesLeft, answer.ToString());
        }
    }

    private async Task RenewSelfAsync(Step step)
    {
        const string Path = "auth/token/renew-self";
        var caller = Caller(step.Who);
        var asked = TimeSpan.FromSeconds(Pick(Seconds, step.What));
        var life = _model.Renewal(caller, asked, Now);
        var expected = Allowed(caller, Path, "update", caller.Renewable ? 200 : 400);
        var answer = await SendAsync(Operation.Update, Path, new JsonObject { ["increment"] = SecondsOf(asked) }, caller, expected);
        if (answer.Status == 200)
        {
            AssertLife(answer, answer.Json["auth"]!["lease_duration"], life);
            caller.Ends = Now + life;
            caller.LastTtl = life;
        }
    }

    private async Task RevokeSelfAsync(Step step)
    {
        const string Path = "auth/token/revoke-self";
        var caller = Caller(step.Who);
        if (!caller.IsRoot && (await SendAsync(Operation.Update, Path, null, caller, Allowed(caller, Path, "update", caller.IsBatch ? 400 : 204))).Status == 204)
        {
            _model.End(caller);
        }
    }

    /// <summary>Which token a revocation is for: half of the time a parent, so that there is something to be ended along with it.</summary>
    private ModelToken Ended(Step step)
    {
        var parents = _model.Living.Select(token => token.Parent).OfType<ModelToken>().Distinct().ToList();
        return parents.Count == 0 || step.Dice % 2 == 0 ? Recent(_model.Tokens, step.Who) : Recent(parents, step.Who);
    }

    private async Task RevokeTokenAsync(Step step)
    {
        if (_model.Tokens.Count == 0)
        {
            return;
        }

        // Of a token that is gone already, one way says so in a warning, which is a body.
        var token = Ended(step);
        var byText = step.What % 2 == 0;
        var body = new JsonObject { [byText ? "token" : "accessor"] = byText ? token.Text : token.Accessor };
        var path = byText ? "auth/token/revoke" : "auth/token/revoke-accessor";
        var answer = await SendAsync(Operation.Update, path, body, _model.Root, token.IsBatch ? 400 : byText || token.Alive ? 204 : 200);
        if (answer.IsOk)
        {
            _model.End(token);
        }
    }

    private async Task RevokeOrphaningAsync(Step step)
    {
        if (_model.Tokens.Count == 0)
        {
            return;
        }

        var token = Ended(step);
        var body = new JsonObject { ["token"] = token.Text };
        if ((await SendAsync(Operation.Update, "auth/token/revoke-orphan", body, _model.Root, token is { Alive: true, IsBatch: false } ? 204 : 400)).IsOk)
        {
            _model.EndAlone(token);
        }
    }
}
