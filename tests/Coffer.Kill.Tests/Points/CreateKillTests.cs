namespace Coffer.Kill.Tests.Points;

public sealed class CreateKillTests() : KillPointTests(new Deed.Create(), CallsLeast, commits: 2, groups: 2)
{
    private const int CallsLeast = 6;

    /// <summary>The process dies while a call of its is under way, and AWS carries it out when the server is back and has looked already.</summary>
    [Fact]
    public Task A_call_that_aws_carries_out_after_the_restart_leaves_no_orphan() =>
        KillAtEachAsync(new KillPoint.LateAwsCall(), CallsLeast, "AWS call, carried out after the restart");
}
