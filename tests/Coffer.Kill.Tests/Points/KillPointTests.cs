using System.Globalization;
using Coffer.Kill.Tests.Running;
using Coffer.Testing;

namespace Coffer.Kill.Tests.Points;

/// <summary>
/// The server is killed at every single call to AWS and every commit that a deed needs, one after the other, until there are no more; each time it
/// is started again, and in the end neither side has anything that the other does not know of.
/// </summary>
public abstract class KillPointTests
{
    private readonly Deed _deed;
    private readonly int _calls;
    private readonly int _commits;
    private readonly int _groups;

    /// <param name="deed">What is being done.</param>
    /// <param name="calls">The calls to AWS that were counted when this was written. Fewer means that points are missed.</param>
    /// <param name="commits">As <paramref name="calls"/>, for commits.</param>
    /// <param name="groups">As <paramref name="calls"/>, for commits that write something.</param>
    private protected KillPointTests(Deed deed, int calls, int commits, int groups)
    {
        _groups = groups;
        _deed = deed;
        _calls = calls;
        _commits = commits;
    }

    [Theory]
    [InlineData(FaultMoment.Before)]
    [InlineData(FaultMoment.After)]
    public Task Killed_at_any_call_to_aws_it_leaves_no_orphan(FaultMoment moment) =>
        KillAtEachAsync(new KillPoint.AwsCall(moment), _calls, $"AWS call, {moment}");

    [Theory]
    [InlineData(KillMoment.Before)]
    [InlineData(KillMoment.Written)]
    [InlineData(KillMoment.Committed)]
    [InlineData(KillMoment.Recorded)]
    [InlineData(KillMoment.After)]
    public Task Killed_at_any_commit_it_leaves_no_orphan(KillMoment moment) =>
        KillAtEachAsync(new KillPoint.Commit(moment), moment is KillMoment.Before or KillMoment.After ? _commits : _groups, $"commit, {moment}");

    [Fact]
    public Task Sealed_during_any_call_to_aws_it_leaves_no_orphan() =>
        KillAtEachAsync(new KillPoint.SealedAwsCall(_deed is Deed.Create), _calls, "AWS call, sealed during it, carried out after the unseal");

    private protected async Task KillAtEachAsync(KillPoint point, int least, string what)
    {
        await using var stage = await Stage.StartAsync(point.AtCommits, point.LateCallTime);
        var number = 1;
        try
        {
            while (await KillAtAsync(stage, point, number))
            {
                number++;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{_deed}, {what}, number {number.ToString(CultureInfo.InvariantCulture)}: {failure.Message}", failure);
        }

        Assert.True(number - 1 >= least, $"{_deed}, {what}: only {number - 1} points, and there were {least}");
        Figures.Add("points", $"{_deed}, {what}: {number - 1} points, no orphan, no acknowledged write lost");
    }

    /// <returns>False when the deed has no such point.</returns>
    private async Task<bool> KillAtAsync(Stage stage, KillPoint point, int number)
    {
        var prepared = await _deed.PrepareAsync(stage);
        await stage.WriteValueAsync($"before {number}");
        await point.ArmAsync(stage, number);
        var running = _deed.RunAsync(stage, prepared);
        var reached = await point.StrikeAsync(stage, running);
        var credential = prepared;
        if (reached)
        {
            await point.AssertCutOffAsync(running);
            await point.ComeBackAsync(stage);
            await point.AfterRestartAsync(stage);
        }
        else
        {
            credential = await running;
        }

        await Aftermath.AssertEveryUserHasALeaseAsync(stage);
        if (credential is not null)
        {
            await credential.UseAsync(stage.Visitor, TestContext.Current.CancellationToken);
        }

        await stage.AssertWrittenAsync();
        await Aftermath.AssertAllEndsAsync(stage);
        return reached;
    }
}
