using System.Net;
using System.Text.Json.Nodes;
using Coffer.Aws.Calls;
using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Settings;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Secrets.Aws;
using Coffer.Secrets.Aws.Credentials;
using Coffer.Testing.Engines;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>AWS and this server do not agree on what time it is.</summary>
public sealed class ClockTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(-20)]
    public async Task Every_answer_of_AWS_tells_the_server_its_time_refusals_too(int minutes)
    {
        await using var engine = new EngineHarness(AwsEngine.Type);
        var time = engine.Clock.GetUtcNow().AddMinutes(minutes);
        await using var sandbox = await SandboxAccount.StartAsync(new SandboxOptions { Clock = new FakeTimeProvider(time) }, Cancel);
        await ConfigureAsync(engine, sandbox);

        var issue = engine.IssueAsync(Operation.Read, "creds/r");
        await Task.WhenAny(issue);

        Assert.Equal(minutes == 0, issue.IsCompletedSuccessfully);
        Assert.NotEmpty(engine.OutsideTimes);
        Assert.Equal(sandbox.Journal.Read(0).Length, engine.OutsideTimes.Count);
        Assert.All(engine.OutsideTimes, heard => Assert.Equal((sandbox.Url.Authority, time), heard));
    }

    [Theory]
    [InlineData(20, "the clock of this server is 1200 s behind that of AWS; set it right")]
    [InlineData(-20, "the clock of this server is 1200 s ahead of that of AWS; set it right")]
    public async Task A_signature_that_is_refused_because_of_its_time_names_the_clock_and_the_remedy_and_not_the_key(int minutes, string words)
    {
        await using var engine = new EngineHarness(AwsEngine.Type);
        await using var sandbox = await SandboxAccount.StartAsync(new SandboxOptions { Clock = new FakeTimeProvider(engine.Clock.GetUtcNow().AddMinutes(minutes)) }, Cancel);
        await ConfigureAsync(engine, sandbox);

        var error = await Assert.ThrowsAsync<EngineException>(() => engine.IssueAsync(Operation.Read, "creds/r"));

        Assert.Equal(FailureClass.NeedsOperator, error.Failure);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("check config/root", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Codes, sentences and seconds that the clock is ahead by, and whether the clock is to blame.</summary>
    public static TheoryData<string, string, int?, bool> Refusals => new()
    {
        { "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", null, true },
        { "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", -901, true },
        { "RequestExpired", "Request has expired.", 0, true },
        { "RequestInTheFuture", "Request timestamp is too far in the future.", null, true },
        { "SignatureDoesNotMatch", "Signature expired: 20260102T030405Z is now earlier than 20260102T031905Z", null, true },
        { "SignatureDoesNotMatch", "Signature not yet current: 20260102T030405Z is still later than 20260102T025905Z", null, true },
        { "InvalidSignatureException", "Signature expired: 20260102T030405Z is now earlier than 20260102T031905Z", 301, true },
        { "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", -301, true },
        { "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", 300, false },
        { "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", null, false },
        { "InvalidClientTokenId", "The security token included in the request is invalid.", 4000, false },
        { "AccessDenied", "User is not authorized to perform: iam:CreateUser", 4000, false },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void The_clock_is_named_where_it_is_to_blame_and_only_there(string code, string detail, int? ahead, bool isClock)
    {
        var refused = new AwsException(AwsErrorKind.AccessDenied, code, "iam:CreateUser", detail, HttpStatusCode.Forbidden)
        {
            ClockAhead = ahead is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };

        var message = AwsFailure.Of("Error creating IAM user", refused).Message;

        Assert.Equal(isClock, message.Contains("set it right", StringComparison.Ordinal));
        Assert.Equal(isClock && ahead is not null, message.Contains($"{Math.Abs(ahead ?? 0)} s ", StringComparison.Ordinal));
    }

    private static async Task ConfigureAsync(EngineHarness engine, SandboxAccount sandbox)
    {
        var admin = sandbox.ConnectionOptions();
        var config = new JsonObject
        {
            ["access_key"] = admin.AccessKey,
            ["secret_key"] = admin.SecretKey,
            ["region"] = "us-east-1",
            ["iam_endpoint"] = sandbox.Url.AbsoluteUri,
            ["sts_endpoint"] = sandbox.Url.AbsoluteUri,
            ["max_retries"] = 0,
        };
        (await engine.WriteAsync("config/root", config.ToJsonString())).AssertDone();
        (await engine.WriteAsync("roles/r", new JsonObject
        {
            ["credential_type"] = "iam_user",
            ["policy_document"] = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""",
        }.ToJsonString())).AssertDone();
    }
}
