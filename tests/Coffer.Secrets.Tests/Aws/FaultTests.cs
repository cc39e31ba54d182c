using System.Text.Json.Nodes;
using Coffer.AwsSandbox.Faults;
using Coffer.Sdk.Leases;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>Every call to AWS is made to fail in turn, before and after its effect. Whatever happens, revoking leaves nothing.</summary>
public sealed class FaultTests : AwsTest
{
    private const string Everything =
        """
        {"credential_type":"iam_user","policy_arns":"arn:aws:iam::123456789012:policy/read","iam_groups":"developers,auditors",
         "policy_document":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iam:ListUsers\",\"Resource\":\"*\"}]}",
         "permissions_boundary_arn":"arn:aws:iam::123456789012:policy/bound"}
        """;

    public static TheoryData<SandboxFaultKind, SandboxFaultMoment> Ways => new()
    {
        { SandboxFaultKind.Error, SandboxFaultMoment.Before },
        { SandboxFaultKind.Error, SandboxFaultMoment.After },
        { SandboxFaultKind.Drop, SandboxFaultMoment.Before },
        { SandboxFaultKind.Drop, SandboxFaultMoment.After },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Creating_may_stop_at_any_call_and_go_on(SandboxFaultKind kind, SandboxFaultMoment moment)
    {
        await RoleAsync("r", Everything);
        var calls = await CountAsync(async () => await IssueAsync("r"));
        Assert.Equal(6, calls);

        for (var n = 0; n < calls; n++)
        {
            var lease = await PlanAsync("r");
            Sandbox.Faults.Add(new SandboxFault { Skip = n, Kind = kind, Moment = moment });
            await TryAsync(lease.CreateAsync);
            await lease.CreateAsync();

            var user = User(UserOf(lease));
            Assert.Equal((string?)lease.Created!.Data()["access_key"], (string?)Assert.Single(user["keys"]!.AsArray())!["id"]);
            Assert.Equal(2, user["groups"]!.AsArray().Count);
            Assert.Single(user["inline_policies"]!.AsObject());
            Assert.Single(user["attached_policies"]!.AsArray());
            await lease.RevokeAsync();
        }

        Assert.Single(Users());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Creating_may_stop_at_any_call_and_be_revoked(SandboxFaultKind kind, SandboxFaultMoment moment)
    {
        await RoleAsync("r", Everything);
        for (var n = 0; n < 6; n++)
        {
            var lease = await PlanAsync("r");
            Sandbox.Faults.Add(new SandboxFault { Skip = n, Kind = kind, Moment = moment, Times = 0 });
            var failed = await Failed(lease.CreateAsync());
            Assert.Equal(FailureClass.Transient, failed.Failure);
            Sandbox.Faults.Clear();

            await lease.RevokeAsync();
            await lease.RevokeAsync();
            Assert.Empty(Users());
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Revoking_may_stop_at_any_call_and_go_on(SandboxFaultKind kind, SandboxFaultMoment moment)
    {
        await RoleAsync("r", Everything);
        var first = await IssueAsync("r");
        var calls = await CountAsync(first.RevokeAsync);
        Assert.Equal(11, calls);

        for (var n = 0; n < calls; n++)
        {
            var lease = await IssueAsync("r");
            Sandbox.Faults.Add(new SandboxFault { Skip = n, Kind = kind, Moment = moment, Times = 0 });
            var failed = await Failed(lease.RevokeAsync());
            Assert.Equal(FailureClass.Transient, failed.Failure);
            Assert.Contains(UserOf(lease), failed.Message, StringComparison.Ordinal);
            Sandbox.Faults.Clear();

            // From the third call on the key is dead, whatever is left.
            if (n > 2)
            {
                Assert.DoesNotContain(Users(), name => User(name)["keys"]!.AsArray().Count > 0);
            }

            await lease.RevokeAsync();
            Assert.Empty(Users());
        }
    }

    [Fact]
    public async Task Revoking_what_was_never_made_is_done()
    {
        await RoleAsync("r", Everything);
        var lease = await PlanAsync("r");

        await lease.RevokeAsync();

        Assert.Empty(Users());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_creation_says_whether_a_call_of_it_may_still_be_carried_out(bool unanswered)
    {
        await RoleAsync("r", Everything);
        var lease = await PlanAsync("r");
        void LoseOne()
        {
            if (unanswered)
            {
                Sandbox.Faults.Add(new SandboxFault { Action = "CreateAccessKey", Kind = SandboxFaultKind.Drop });
            }
        }

        // The last word is an answer either way.
        LoseOne();
        Sandbox.Faults.Add(new SandboxFault { Action = "CreateAccessKey", Skip = unanswered ? 1 : 0, Code = "AccessDenied", Status = 403 });
        var failed = await Failed(lease.CreateAsync());
        Assert.Equal((FailureClass.NeedsOperator, unanswered), (failed.Failure, failed.Unsettled));

        LoseOne();
        Assert.Equal(unanswered, (await lease.CreateAsync()).Unsettled);
        await lease.RevokeAsync();
    }

    [Fact]
    public async Task A_user_that_a_read_does_not_show_yet_is_removed_all_the_same()
    {
        await RoleAsync("r", Everything);
        var lease = await PlanAsync("r");
        Sandbox.Faults.Add(new SandboxFault { Action = "PutUserPolicy" });
        await Failed(lease.CreateAsync());
        Sandbox.Faults.Add(new SandboxFault { Action = "GetUser", Code = "NoSuchEntity", Status = 404 });

        await lease.RevokeAsync();
        Assert.Empty(Users());

        lease = await IssueAsync("r");
        Sandbox.Faults.Add(new SandboxFault { Action = "GetUser", Code = "NoSuchEntity", Status = 404 });
        Assert.Equal(FailureClass.Transient, (await Failed(lease.RevokeAsync())).Failure);
        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    [Fact]
    public async Task A_key_whose_making_got_no_answer_is_replaced_at_once()
    {
        await RoleAsync("r", Everything);
        Sandbox.Faults.Add(new SandboxFault { Action = "CreateAccessKey", Kind = SandboxFaultKind.Drop, Moment = SandboxFaultMoment.After });

        var lease = await IssueAsync("r");

        var key = Assert.Single(User(UserOf(lease))["keys"]!.AsArray())!;
        Assert.Equal((string?)lease.Created!.Data()["access_key"], (string?)key["id"]);
    }

    [Fact]
    public async Task Creating_twice_leaves_one_key_and_it_is_the_last_one()
    {
        await RoleAsync("r", Everything);
        var lease = await IssueAsync("r");
        var first = (string?)lease.Created!.Data()["access_key"];

        await lease.CreateAsync();

        var key = (string?)Assert.Single(User(UserOf(lease))["keys"]!.AsArray())!["id"];
        Assert.NotEqual(first, key);
        Assert.Equal(key, (string?)lease.Created!.Data()["access_key"]);
    }

    [Theory]
    [InlineData("Throttling", 400, FailureClass.Throttled, 502)]
    [InlineData("RequestLimitExceeded", 503, FailureClass.Throttled, 502)]
    [InlineData("ServiceFailure", 500, FailureClass.Transient, 400)]
    [InlineData("ConcurrentModification", 409, FailureClass.Transient, 400)]
    [InlineData("AccessDenied", 403, FailureClass.NeedsOperator, 400)]
    [InlineData("LimitExceeded", 409, FailureClass.NeedsOperator, 400)]
    [InlineData("ExpiredToken", 403, FailureClass.NeedsOperator, 400)]
    [InlineData("ValidationError", 400, FailureClass.Invalid, 400)]
    [InlineData("NoSuchEntity", 404, FailureClass.Invalid, 400)]
    public async Task What_aws_answers_decides_about_trying_again(string code, int status, FailureClass failure, int told)
    {
        await RoleAsync("r", Everything);
        var lease = await PlanAsync("r");
        Sandbox.Faults.Add(new SandboxFault { Action = "AttachUserPolicy", Code = code, Status = status });

        var failed = await Failed(lease.CreateAsync());

        Assert.Equal(failure, failed.Failure);
        Assert.Equal(told, Sdk.Replies.ApiError.StatusOf(failed.Kind));
        Assert.StartsWith($"Error attaching user policy: {code}: ", failed.Message, StringComparison.Ordinal);
        Assert.Contains($"\n\tstatus code: {status}, request id: ", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CreateUser", "Error creating IAM user", "iam:CreateUser or iam:TagUser")]
    [InlineData("PutUserPolicy", "Error putting user policy", "iam:PutUserPolicy")]
    [InlineData("AttachUserPolicy", "Error attaching user policy", "iam:AttachUserPolicy")]
    [InlineData("AddUserToGroup", "Error adding user to group", "iam:AddUserToGroup")]
    [InlineData("CreateAccessKey", "Error creating access keys", "iam:CreateAccessKey")]
    public async Task A_missing_permission_is_named(string action, string doing, string permission)
    {
        await RoleAsync("r", Everything);
        var lease = await PlanAsync("r");
        Sandbox.Faults.Add(new SandboxFault { Action = action, Code = "AccessDenied", Status = 403 });

        var failed = await Failed(lease.CreateAsync());

        Assert.StartsWith($"{doing}: AccessDenied: ", failed.Message, StringComparison.Ordinal);
        Assert.EndsWith($"the credentials of this mount lack {permission}: add it to their policy", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_permission_stops_revoking_after_the_key_is_dead_and_is_named()
    {
        await RoleAsync("r", Everything);
        var lease = await IssueAsync("r");
        Sandbox.Faults.Add(new SandboxFault { Action = "DeleteUser", Code = "AccessDenied", Status = 403 });

        var failed = await Failed(lease.RevokeAsync());

        Assert.Equal(FailureClass.NeedsOperator, failed.Failure);
        Assert.Contains("lack iam:DeleteUser", failed.Message, StringComparison.Ordinal);
        Assert.Empty(User(UserOf(lease))["keys"]!.AsArray());
        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    [Fact]
    public async Task Throttling_is_waited_out_where_retries_are_configured()
    {
        await ConfigureAsync(maxRetries: 3);
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await PlanAsync("r");
        Sandbox.Faults.ThrottleNext = 2;

        var creating = lease.CreateAsync();
        await Engine.AdvanceUntilEndAsync(creating);
        await creating;
        Assert.Single(Users(), UserOf(lease));
    }

    [Theory]
    [InlineData("""{"policy_arns":"arn:aws:iam::123456789012:policy/not-there"}""", "Error attaching user policy: NoSuchEntity: ")]
    [InlineData("""{"iam_groups":"developers,not-there"}""", "Error adding user to group: NoSuchEntity: ")]
    [InlineData("""{"policy_document":"{\"x\":1}"}""", "Error putting user policy: MalformedPolicyDocument: ")]
    [InlineData("""{"permissions_boundary_arn":"arn:aws:iam::123456789012:policy/not-there"}""", "Error creating IAM user: NoSuchEntity: ")]
    public async Task What_aws_refuses_is_told_in_its_words_and_leaves_nothing(string role, string beginning)
    {
        var json = JsonNode.Parse(role)!.AsObject();
        json["credential_type"] = "iam_user";
        await RoleAsync("r", json.ToJsonString());
        var lease = await PlanAsync("r");

        var failed = await Failed(lease.CreateAsync());

        Assert.StartsWith(beginning, failed.Message, StringComparison.Ordinal);
        Assert.Equal(FailureClass.Invalid, failed.Failure);
        await lease.RevokeAsync();
        Assert.Empty(Users());
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_transient_and_keeps_the_lease()
    {
        await RoleAsync("r", """{"credential_type":"iam_user"}""");
        var lease = await IssueAsync("r");
        (await Engine.WriteAsync(
            "config/root", """{"access_key":"AKIA1","secret_key":"x","iam_endpoint":"http://127.0.0.1:9","max_retries":0}""")).AssertDone();

        Assert.StartsWith("Error creating IAM user: NetworkError: ", (await Failed((await PlanAsync("r")).CreateAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(FailureClass.Transient, (await Failed(lease.RevokeAsync())).Failure);
        Assert.Single(Users());
    }

    private static async Task TryAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (EngineException error)
        {
            Assert.Equal(FailureClass.Transient, error.Failure);
        }
    }

    private async Task<int> CountAsync(Func<Task> calls)
    {
        var before = Sandbox.Journal.Count;
        await calls();
        return (int)(Sandbox.Journal.Count - before);
    }
}
