using System.Globalization;
using System.Net;
using System.Text;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>When a session ends is for STS to say, within what was asked for: what comes from outside has bounds.</summary>
public sealed class SessionEndTests : IAsyncDisposable
{
    private const string Past =
        "STS answered with credentials that have ended already, by this server's clock: compare its clock with that of the STS endpoint";

    private readonly Answering _sts = new();
    private readonly EngineHarness _engine;

    public SessionEndTests() => _engine = new EngineHarness(AwsEngine.Type, http: _sts);

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _sts.Dispose();
    }

    public static TheoryData<string> Roles() => new() { "assumed", "federated" };

    /// <summary>Roles, and what STS says beside the 20 minutes asked for: seconds from now, and what the lease gets.</summary>
    public static TheoryData<string, long, int> Ends()
    {
        var rows = new TheoryData<string, long, int>();
        foreach (var role in Roles().Select(row => row.Data))
        {
            rows.Add(role, 1200, 1200);
            rows.Add(role, 1, 1);
            rows.Add(role, 900, 900);
            rows.Add(role, 1201, 1200);
            rows.Add(role, 86_400, 1200);
            rows.Add(role, 157_680_000, 1200);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_session_lasts_as_long_as_sts_says_and_no_longer_than_was_asked_for(string role, long says, int seconds)
    {
        await ConfigureAsync();
        _sts.Expiration = Text(_engine.Clock.GetUtcNow().AddSeconds(says));

        var lease = await _engine.IssueAsync(Operation.Read, $"sts/{role}?ttl=20m");

        Assert.Equal(_engine.Clock.GetUtcNow().AddSeconds(seconds), lease.Created!.ExpiresAt);
        Assert.Equal(seconds, (long)lease.Created.Data()["ttl"]!);
    }

    [Theory]
    [InlineData("assumed", "9999-12-31T23:59:59Z")]
    [InlineData("federated", "9999-12-31T23:59:59.9999999Z")]
    public async Task The_last_moment_of_the_calendar_is_no_end_of_a_lease(string role, string expiration)
    {
        await ConfigureAsync();
        _sts.Expiration = expiration;

        var lease = await _engine.IssueAsync(Operation.Read, $"sts/{role}?ttl=20m");

        Assert.Equal(_engine.Clock.GetUtcNow().AddMinutes(20), lease.Created!.ExpiresAt);
    }

    [Theory]
    [InlineData("assumed", "0001-01-01T00:00:00Z")]
    [InlineData("assumed", "2026-01-02T03:04:05Z")]
    [InlineData("assumed", "2026-01-02T02:04:05Z")]
    [InlineData("federated", "2026-01-02T03:04:05Z")]
    [InlineData("federated", "1970-01-01T00:00:00Z")]
    public async Task A_session_that_has_ended_already_is_refused(string role, string expiration)
    {
        await ConfigureAsync();
        _sts.Expiration = expiration;
        var lease = await _engine.PlanAsync(Operation.Read, $"sts/{role}?ttl=20m");

        var failed = await Assert.ThrowsAsync<EngineException>(lease.CreateAsync);

        Assert.Equal(FailureClass.NeedsOperator, failed.Failure);
        Assert.EndsWith(Past, failed.Message, StringComparison.Ordinal);
        await lease.RevokeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("99999-01-01T00:00:00Z")]
    public async Task An_end_that_is_no_time_is_refused(string expiration)
    {
        await ConfigureAsync();
        _sts.Expiration = expiration;

        var failed = await Assert.ThrowsAsync<EngineException>((await _engine.PlanAsync(Operation.Read, "sts/assumed")).CreateAsync);

        Assert.StartsWith("Error assuming role: UnreadableAnswer: ", failed.Message, StringComparison.Ordinal);
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private async Task ConfigureAsync()
    {
        (await _engine.WriteAsync("config/root", """{"access_key":"AKIA1","secret_key":"x","max_retries":0}""")).AssertDone();
        (await _engine.WriteAsync("roles/assumed", """{"credential_type":"assumed_role","role_arns":"arn:aws:iam::123456789012:role/r"}""")).AssertDone();
        (await _engine.WriteAsync("roles/federated", """{"credential_type":"federation_token","policy_arns":"arn:aws:iam::aws:policy/A"}""")).AssertDone();
    }

    private sealed class Answering : HttpMessageHandler
    {
        public string Expiration { get; set; } = "";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var form = await request.Content!.ReadAsStringAsync(cancellationToken);
            var operation = form.Contains("Action=AssumeRole", StringComparison.Ordinal) ? "AssumeRole" : "GetFederationToken";
            var xml =
                $"<{operation}Response><{operation}Result><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                    + $"<SessionToken>t</SessionToken><Expiration>{Expiration}</Expiration></Credentials></{operation}Result></{operation}Response>";
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(xml, Encoding.UTF8, "text/xml") };
        }
    }
}
