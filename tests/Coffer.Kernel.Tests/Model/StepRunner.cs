using System.Text.Json.Nodes;
using Coffer.Kernel.Tests.Harness;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Model;

/// <summary>Takes steps at a server and in the model, and compares what comes of them.</summary>
/// <param name="strict">
/// False where the store fails: then only the kind of answer is checked, since after a failure nobody can know whether a step was taken.
/// </param>
internal sealed partial class StepRunner(KernelHarness harness, bool strict)
{
    private static readonly int[] Seconds = [0, 0, 10, 60, 600, 7200];
    private static readonly int[] Waits = [1, 7, 30, 100, 1000, 5000];
    private static readonly string[] Paths = ["m0", "m1", "m2"];
    private static readonly string[] PolicyNames = ["p0", "p1", "p2", "p3"];
    private static readonly string[] RoleNames = ["r0", "r1"];
    private static readonly int[] Answers = [200, 202, 204, 400, 403, 404, 503];

    private readonly ServerModel _model = new(harness.Root);

    private DateTimeOffset Now => harness.Clock.GetUtcNow();

    public async Task RunAsync(Step step)
    {
        await (step.Kind switch
        {
            StepKind.CreateToken => CreateAsync(step, roleName: null),
            StepKind.CreateWithRole => CreateAsync(step, Pick(RoleNames, step.What)),
            StepKind.WriteRole => WriteRoleAsync(step),
            StepKind.DeleteRole => DeleteRoleAsync(step),
            StepKind.LookupSelf => LookupSelfAsync(step),
            StepKind.RenewSelf => RenewSelfAsync(step),
            StepKind.RevokeSelf => RevokeSelfAsync(step),
            StepKind.RevokeToken => RevokeTokenAsync(step),
            StepKind.RevokeOrphaning => RevokeOrphaningAsync(step),
            StepKind.Issue => IssueAsync(step),
            StepKind.RenewLease => RenewLeaseAsync(step),
            StepKind.RevokeLease => RevokeLeaseAsync(step),
            StepKind.RevokePrefix => RevokePrefixAsync(step),
            StepKind.PutItem or StepKind.ReadItem or StepKind.DeleteItem => ItemAsync(step),
            StepKind.WritePolicy or StepKind.ReadPolicy or StepKind.DeletePolicy => PolicyAsync(step),
            StepKind.Enable => EnableAsync(step),
            StepKind.Disable => DisableAsync(step),
            StepKind.Move => MoveAsync(step),
            StepKind.Tune => TuneAsync(step),
            StepKind.Pass => PassAsync(step),
            _ => RestartAsync(),
        });
        await harness.AssertConsistentAsync();
        if (strict)
        {
            await AssertAsTheModelAsync();
        }
    }

    private Task PassAsync(Step step) => harness.LeapAsync(TimeSpan.FromSeconds(Pick(Waits, step.What)));

    private async Task RestartAsync()
    {
        if (strict)
        {
            await harness.RestartAsync();
        }
    }

    /// <summary>Sends a request and compares its status with what the model expects; a token's use is spent whatever comes of it.</summary>
    private async Task<Answer> SendAsync(Operation operation, string path, JsonObject? body, ModelToken caller, int expected, params int[] orElse)
    {
        var answer = await harness.AnsweredAsync(harness.SendAsync(operation, path, body?.ToJsonString(), caller.Text));
        if (strict)
        {
            Assert.True(answer.Status == expected || orElse.Contains(answer.Status), $"{operation} {path} {body?.ToJsonString()}: expected {expected}, got {answer}");
        }
        else
        {
            Assert.True(Answers.Contains(answer.Status), $"{operation} {path}: {answer}");
        }

        if (caller is { Alive: true, HasUses: true } && --caller.UsesLeft == 0)
        {
            _model.End(caller);
        }

        return answer;
    }

    /// <summary>The status of what a token may not do; else what it comes to.</summary>
    private int Allowed(ModelToken caller, string path, string capability, int otherwise) =>
        caller.Alive && _model.May(caller, path, capability) ? otherwise : 403;

    private async Task AssertAsTheModelAsync()
    {
        _model.Pass(Now);
        await harness.IdleAsync();
        if (await DifferenceAsync() is { } difference)
        {
            Assert.Fail($"{difference}; reported: {string.Join("; ", harness.Failures.Take(3))}");
        }
    }

    private async Task<string?> DifferenceAsync()
    {
        // The root token is there too.
        var tokens = (await harness.KeysAsync("token/id/")).Select(key => key["token/id/".Length..]).ToHashSet();
        var missing = _model.Stored.Where(token => !tokens.Contains(token.Accessor)).Select(token => token.Accessor).ToArray();
        var held = _model.Held.Select(lease => lease.Id).Order(StringComparer.Ordinal).ToArray();
        var leases = await harness.LeasesAsync();
        return missing.Length > 0 ? $"gone before their end: tokens {string.Join(", ", missing)}"
            : tokens.Count != _model.Stored.Count() + 1 ? $"{tokens.Count} tokens are stored, and {_model.Stored.Count() + 1} should be"
            : !leases.Order(StringComparer.Ordinal).SequenceEqual(held) ? $"leases: [{string.Join(", ", leases)}], and should be [{string.Join(", ", held)}]"
            : !harness.World.Secrets.Order(StringComparer.Ordinal).SequenceEqual(held) ? "the secrets outside are not those of the leases"
            : await BatchDifferenceAsync();
    }

    /// <summary>No record shows which batch tokens live, so each is asked for.</summary>
    private async Task<string?> BatchDifferenceAsync()
    {
        foreach (var token in _model.Tokens.Where(token => token.IsBatch))
        {
            var answer = await harness.WriteAsync("auth/token/lookup", new JsonObject { ["token"] = token.Text }.ToJsonString());
            if (answer.Status != (token.Alive ? 200 : 403))
            {
                return $"a batch token that should {(token.Alive ? "live" : "have ended")}: {answer}";
            }
        }

        return null;
    }

    /// <summary>Anybody that ever was, the root token one time in four.</summary>
    private ModelToken Caller(int number) => _model.Tokens.Count == 0 || number % 4 == 0 ? _model.Root : Recent(_model.Tokens, number / 4);

    /// <summary>One of the last dozen: some of them live, some do not any more.</summary>
    private static T Recent<T>(List<T> all, int number) => all[^(1 + (number % Math.Min(all.Count, 12)))];

    private static T Pick<T>(T[] all, int number) => all[number % all.Length];

    private static TimeSpan Duration(Random dice, params int[] seconds) => TimeSpan.FromSeconds(seconds[dice.Next(seconds.Length)]);

    private static int SecondsOf(TimeSpan duration) => (int)duration.TotalSeconds;

    private void AssertLife(Answer answer, JsonNode? at, TimeSpan expected)
    {
        if (strict)
        {
            Assert.True((int)at! == SecondsOf(expected), $"a life of {SecondsOf(expected)} s was expected: {answer}");
        }
    }
}
