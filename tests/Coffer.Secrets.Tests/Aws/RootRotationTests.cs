using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Faults;
using Coffer.Sdk.Replies;
using Coffer.Sdk.Tasks;
using Coffer.Storage;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>The mount's own key is replaced. Whatever call or commit fails, config/root holds a key that works, and in the end it is the user's only one.</summary>
public sealed class RootRotationTests : AwsTest
{
    private const string Anything = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}""";
    private AwsCredentials _old = new("", "", null);

    public static TheoryData<SandboxFaultKind, SandboxFaultMoment> Ways => FaultTests.Ways;

    [Fact]
    public async Task The_new_key_is_in_use_and_the_old_one_is_gone()
    {
        await OwnUserAsync();

        var outcome = await new HarnessTask(Engine).WriteAsync("config/rotate-root");

        var data = Assert.IsType<Reply.Data>(outcome.Reply).Data();
        Assert.False(outcome.IsUnfinished);
        Assert.Equal([(string)data["access_key"]!], Keys());
        Assert.NotEqual(_old.AccessKeyId, (string)data["access_key"]!);
        await AssertAtRestAsync();
        Assert.DoesNotContain(_old.SecretAccessKey, outcome.Reply.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_can_be_done_again_and_again()
    {
        await OwnUserAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<Reply.Data>((await new HarnessTask(Engine).WriteAsync("config/rotate-root")).Reply);
            await AssertAtRestAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task It_may_stop_at_any_call_and_go_on(SandboxFaultKind kind, SandboxFaultMoment moment)
    {
        for (var n = 0; n < 5; n++)
        {
            await OwnUserAsync();
            Sandbox.Faults.Add(new SandboxFault { Skip = n, Kind = kind, Moment = moment });
            var outcome = await new HarnessTask(Engine).WriteAsync("config/rotate-root");
            Sandbox.Faults.Clear();
            await AssertWorksAsync();
            if (outcome.IsUnfinished)
            {
                outcome = await GoOnAsync();
            }

            Assert.False(outcome.IsUnfinished, $"call {n}: {outcome.Reply}");
            await AssertAtRestAsync();
        }
    }

    [Fact]
    public async Task A_key_that_a_call_without_answer_makes_late_is_deleted()
    {
        await OwnUserAsync();
        Sandbox.Faults.Add(new SandboxFault { Action = "CreateAccessKey", Kind = SandboxFaultKind.Drop });
        Assert.True((await new HarnessTask(Engine).WriteAsync("config/rotate-root")).IsUnfinished);
        Assert.True((await new HarnessTask(Engine).RunAsync("root")).IsUnfinished);
        var inUse = Assert.Single(Keys());

        // The call is carried out after all, when there is room for a second key again.
        await Iam.CreateAccessKeyAsync("coffer", Cancel);
        Engine.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.True((await new HarnessTask(Engine).RunAsync("root")).IsUnfinished);
        Assert.Equal([inUse], Keys());
        await Iam.CreateAccessKeyAsync("coffer", Cancel);
        Engine.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.False((await new HarnessTask(Engine).RunAsync("root")).IsUnfinished);
        Assert.Equal([inUse], Keys());
        await AssertAtRestAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_may_stop_at_any_commit_and_go_on(bool afterwards)
    {
        await OwnUserAsync();
        var counted = new HarnessTask(Engine);
        await counted.WriteAsync("config/rotate-root");
        Assert.Equal(4, counted.Commits);

        for (var n = 0; n < counted.Commits; n++)
        {
            await OwnUserAsync();
            await Assert.ThrowsAsync<StoreUnavailableException>(() => new HarnessTask(Engine) { FailingCommit = n, FailsAfterwards = afterwards }.WriteAsync("config/rotate-root"));
            await AssertWorksAsync();

            // As the kernel does once the store is back.
            await GoOnAsync();
            await AssertAtRestAsync();
        }
    }

    [Fact]
    public async Task A_user_that_may_make_no_key_keeps_the_one_it_has()
    {
        await OwnUserAsync("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}]}""");

        var outcome = await new HarnessTask(Engine).WriteAsync("config/rotate-root");

        var refused = Assert.IsType<Reply.Refused>(outcome.Reply);
        Assert.Contains("error calling CreateAccessKey: AccessDenied", string.Join(' ', refused.Error.Messages), StringComparison.Ordinal);
        Assert.False(outcome.IsUnfinished);
        Assert.Equal([_old.AccessKeyId], Keys());
    }

    [Fact]
    public async Task A_user_with_two_keys_is_told_so_and_keeps_both()
    {
        await OwnUserAsync();
        await Iam.CreateAccessKeyAsync("coffer", Cancel);

        var outcome = await new HarnessTask(Engine).WriteAsync("config/rotate-root");

        Assert.Contains("LimitExceeded", string.Join(' ', Assert.IsType<Reply.Refused>(outcome.Reply).Error.Messages), StringComparison.Ordinal);
        Assert.Equal(2, Keys().Length);
        await AssertWorksAsync();
    }

    [Fact]
    public async Task An_old_key_that_may_not_be_deleted_is_named_and_tried_again()
    {
        await OwnUserAsync("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetUser","iam:CreateAccessKey"],"Resource":"*"}]}""");

        var outcome = await new HarnessTask(Engine).WriteAsync("config/rotate-root");

        Assert.True(outcome.IsUnfinished);
        Assert.Contains(_old.AccessKeyId, Assert.Single(Assert.IsType<Reply.Data>(outcome.Reply).Warnings), StringComparison.Ordinal);
        await MakeAsync("PutUserPolicy", ("UserName", "coffer"), ("PolicyName", "all"), ("PolicyDocument", Anything));
        Assert.False((await new HarnessTask(Engine).RunAsync("root")).IsUnfinished);
        await AssertAtRestAsync();
    }

    [Fact]
    public async Task A_configuration_that_is_written_meanwhile_wins()
    {
        await OwnUserAsync();
        var other = (await Iam.CreateAccessKeyAsync("coffer", Cancel)).Credentials;

        var outcome = await new HarnessTask(Engine) { Before = () => ConfigureAsync(other) }.WriteAsync("config/rotate-root");

        Assert.False(outcome.IsUnfinished);
        Assert.IsType<Reply.Refused>(outcome.Reply);
        Assert.Equal(other.AccessKeyId, (string)(await Engine.ReadAsync("config/root")).Data()["access_key"]!);
        await AssertWorksAsync();
    }

    /// <summary>As the kernel does: again every few minutes, until it is over.</summary>
    private async Task<TaskOutcome> GoOnAsync()
    {
        for (var i = 0; ; i++)
        {
            var outcome = await new HarnessTask(Engine).RunAsync("root");
            if (!outcome.IsUnfinished || i == 5)
            {
                return outcome;
            }

            Engine.Clock.Advance(TimeSpan.FromMinutes(5));
        }
    }

    /// <summary>The mount reaches AWS as a user of its own from here on.</summary>
    private async Task OwnUserAsync(string policy = Anything)
    {
        if (Users().Contains("coffer"))
        {
            foreach (var key in Keys())
            {
                await Iam.DeleteAccessKeyAsync("coffer", key, Cancel);
            }
        }
        else
        {
            await MakeAsync("CreateUser", ("UserName", "coffer"));
        }

        await MakeAsync("PutUserPolicy", ("UserName", "coffer"), ("PolicyName", "all"), ("PolicyDocument", policy));
        _old = (await Iam.CreateAccessKeyAsync("coffer", Cancel)).Credentials;
        await ConfigureAsync(_old);
    }

    private string[] Keys() => [.. User("coffer")["keys"]!.AsArray().Select(key => (string)key!["id"]!)];

    /// <summary>The engine can make credentials.</summary>
    private async Task AssertWorksAsync()
    {
        await RoleAsync("r", """{"credential_type":"iam_user","policy_arns":"arn:aws:iam::123456789012:policy/read"}""");
        await (await IssueAsync("r")).RevokeAsync();
    }

    private async Task AssertAtRestAsync()
    {
        await AssertWorksAsync();
        var used = (string)(await Engine.ReadAsync("config/root")).Data()["access_key"]!;
        Assert.Equal([used], Keys());
        Assert.DoesNotContain("config/rotation", await Engine.Store.ListAsync("config/", Cancel));
    }
}
