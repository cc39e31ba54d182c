using System.Net.Http.Json;
using System.Text.Json;
using Coffer.Aws.Calls;
using Coffer.Aws.Iam;
using Coffer.Aws.Tests.Support;
using Coffer.AwsSandbox.Faults;

namespace Coffer.Aws.Tests.Sandbox;

public sealed class FaultTests : SandboxTest
{
    [Fact]
    public async Task A_new_key_is_unknown_until_it_has_spread()
    {
        Sandbox.Faults.KeyPropagationDelay = TimeSpan.FromSeconds(10);
        var key = await UserWith("u", AllowAll);
        Clock.Advance(TimeSpan.FromSeconds(9));
        await Refused(AwsErrorKind.AccessDenied, "InvalidClientTokenId", () => StsAs(key).GetCallerIdentityAsync(Cancel).AsTask());

        Clock.Advance(TimeSpan.FromSeconds(1));

        await StsAs(key).GetCallerIdentityAsync(Cancel);
    }

    [Fact]
    public async Task The_next_calls_and_all_above_the_rate_are_throttled()
    {
        Sandbox.Faults.ThrottleNext = 2;
        await Refused(AwsErrorKind.Throttled, "Throttling", () => Sts.GetCallerIdentityAsync(Cancel).AsTask());
        await Refused(AwsErrorKind.Throttled, "Throttling", () => Iam.GetUserAsync("admin", Cancel).AsTask());
        await Sts.GetCallerIdentityAsync(Cancel);

        Sandbox.Faults.CallsPerSecondMax = 2;
        await Sts.GetCallerIdentityAsync(Cancel);
        await Sts.GetCallerIdentityAsync(Cancel);
        await Refused(AwsErrorKind.Throttled, "Throttling", () => Sts.GetCallerIdentityAsync(Cancel).AsTask());
        Clock.Advance(TimeSpan.FromSeconds(0.5));
        await Sts.GetCallerIdentityAsync(Cancel);
        await Refused(AwsErrorKind.Throttled, "Throttling", () => Sts.GetCallerIdentityAsync(Cancel).AsTask());
    }

    [Theory]
    [InlineData(SandboxFaultMoment.Before, false)]
    [InlineData(SandboxFaultMoment.After, true)]
    public async Task The_nth_call_fails_before_or_after_its_effect(SandboxFaultMoment moment, bool exists)
    {
        Sandbox.Faults.Add(new SandboxFault { Service = "iam", Action = "CreateUser", Skip = 1, Moment = moment });
        await Iam.CreateUserAsync(new NewIamUser { UserName = "first" }, Cancel);

        var error = await Refused(() => Iam.CreateUserAsync(new NewIamUser { UserName = "second" }, Cancel).AsTask());

        Assert.Equal((AwsErrorKind.Server, "ServiceFailure", true), (error.Kind, error.Code, error.OutcomeUnknown));
        await Iam.CreateUserAsync(new NewIamUser { UserName = "third" }, Cancel);
        Assert.Equal(exists, Sandbox.Dump().Contains("\"second\"", StringComparison.Ordinal));
        var call = Sandbox.Journal.Read().Single(call => call.Parameters.GetValueOrDefault("UserName") == "second");
        Assert.Equal(("ServiceFailure", 500, exists), (call.Outcome, call.Status, call.TookEffect));
        Assert.Empty(Sandbox.Faults.Pending());
    }

    [Fact]
    public async Task A_dropped_answer_is_a_network_error_whose_effect_stays()
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = "u" }, Cancel);
        Sandbox.Faults.Add(new SandboxFault { Action = "CreateAccessKey", Kind = SandboxFaultKind.Drop, Moment = SandboxFaultMoment.After });

        var error = await Refused(() => Iam.CreateAccessKeyAsync("u", Cancel).AsTask());

        Assert.Equal((AwsErrorKind.Network, true), (error.Kind, error.OutcomeUnknown));
        Assert.Single(await Iam.ListAccessKeysAsync("u", Cancel));
        Assert.Equal("dropped", Sandbox.Journal.Read().Single(call => call.Action == "CreateAccessKey").Outcome);
    }

    [Fact]
    public async Task A_hanging_call_goes_on_after_its_pause()
    {
        Sandbox.Faults.Add(new SandboxFault { Action = "GetUser", Kind = SandboxFaultKind.Hang, Pause = TimeSpan.FromSeconds(5) });
        var call = Iam.GetUserAsync("admin", Cancel).AsTask();
        await Clock.HasTimerAsync(TimeSpan.FromSeconds(5), Cancel);
        Assert.False(call.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("admin", (await call).UserName);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hanging_call_may_be_carried_out_although_its_caller_has_gone(bool outlives)
    {
        Sandbox.Faults.Add(new SandboxFault
        {
            Action = "CreateUser",
            Kind = SandboxFaultKind.Hang,
            Pause = TimeSpan.FromSeconds(5),
            OutlivesCaller = outlives,
        });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var call = Iam.CreateUserAsync(new NewIamUser { UserName = "late" }, patience.Token).AsTask();
        await Clock.HasTimerAsync(TimeSpan.FromSeconds(5), Cancel);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Clock.Advance(outlives ? TimeSpan.FromSeconds(5) : TimeSpan.Zero);
        while (Sandbox.Journal.Count == 0)
        {
            await Task.Delay(1, Cancel);
        }

        Assert.Equal(outlives, Sandbox.Journal.Read().Single().TookEffect);
        Assert.Equal(outlives, Sandbox.Dump().Contains("\"late\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_journal_tells_who_did_what_and_no_secret()
    {
        var key = await UserWith("u", AllowAll);
        await RawIam(("Action", "CreateLoginProfile"), ("UserName", "u"), ("Password", "very-secret-1"));
        await Refused(() => IamAs(key with { SecretAccessKey = "wrong" }).GetUserAsync(null, Cancel).AsTask());
        await IamAs(key).GetUserAsync(null, Cancel);

        var calls = Sandbox.Journal.Read();

        Assert.Equal(
            ["CreateUser", "PutUserPolicy", "CreateAccessKey", "CreateLoginProfile", "", "GetUser"], calls.Select(call => call.Action));
        Assert.Equal(Enumerable.Range(1, 6).Select(i => (long)i), calls.Select(call => call.Sequence));
        Assert.Equal(("arn:aws:iam::123456789012:user/u", "ok", key.AccessKeyId), (calls[5].Principal, calls[5].Outcome, calls[5].AccessKeyId));
        Assert.Equal(("", "SignatureDoesNotMatch", 403), (calls[4].Principal, calls[4].Outcome, calls[4].Status));
        Assert.All(calls, call => Assert.DoesNotContain("very-secret-1", string.Join(' ', call.Parameters.Values), StringComparison.Ordinal));
        Assert.DoesNotContain(key.SecretAccessKey, Sandbox.Dump(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_processes_set_faults_and_read_the_journal_over_http()
    {
        var faults = new Uri(Sandbox.Url, "/_sandbox/faults");
        using var set = await Http.PostAsync(
            faults, new StringContent("""
            {"key_propagation_delay_seconds":2.5,"rules":[{"action":"GetUser","times":2,"code":"AccessDenied","status":403,"moment":"before"}]}
            """), Cancel);
        Assert.Equal(200, (int)set.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2.5), Sandbox.Faults.KeyPropagationDelay);
        await Refused(AwsErrorKind.AccessDenied, "AccessDenied", () => Iam.GetUserAsync("admin", Cancel).AsTask());
        Assert.Single(Sandbox.Faults.Pending());

        using var bad = await Http.PostAsync(faults, new StringContent("""{"throttle_next":5,"typo":1}"""), Cancel);
        Assert.Equal(400, (int)bad.StatusCode);
        Assert.Contains("unknown field typo", await bad.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(0, Sandbox.Faults.ThrottleNext);

        var journal = await Http.GetFromJsonAsync<JsonElement>(new Uri(Sandbox.Url, "/_sandbox/journal?after=0&limit=5"), Cancel);
        Assert.Equal("AccessDenied", journal.GetProperty("calls")[0].GetProperty("outcome").GetString());

        using var cross = new HttpRequestMessage(HttpMethod.Post, new Uri(Sandbox.Url, "/_sandbox/reset")) { Headers = { { "Origin", "http://evil" } } };
        using var refused = await Http.SendAsync(cross, Cancel);
        Assert.Equal(403, (int)refused.StatusCode);
    }

    [Theory]
    [InlineData("/_sandbox/reset")]
    [InlineData("/moto-api/reset")]
    public async Task Reset_leaves_only_the_bootstrap_key(string path)
    {
        var fresh = Users();
        var key = await UserWith("u", AllowAll);
        Sandbox.Faults.ThrottleNext = 100;

        using var answer = await Http.PostAsync(new Uri(Sandbox.Url, path), null, Cancel);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(fresh, Users());
        Assert.Equal(0, Sandbox.Journal.Count);
        await Refused(AwsErrorKind.AccessDenied, "InvalidClientTokenId", () => StsAs(key).GetCallerIdentityAsync(Cancel).AsTask());
        await Sts.GetCallerIdentityAsync(Cancel);
    }

    private string Users()
    {
        using var state = JsonDocument.Parse(Sandbox.Dump());
        return string.Join(',', state.RootElement.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("name").GetString()));
    }
}
