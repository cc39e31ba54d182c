using System.Net;
using Coffer.Aws.Calls;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Faults;
using Coffer.Sdk.Engines;
using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>When a failed creation is certain to have made nothing at AWS, and when it is not.</summary>
public sealed class NothingMadeTests : AwsTest
{
    private static readonly (string Type, string FirstCall, string Role)[] Kinds =
    [
        ("iam_user", "CreateUser", """{"credential_type":"iam_user","policy_arns":"arn:aws:iam::123456789012:policy/read"}"""),
        ("assumed_role", "AssumeRole", """{"credential_type":"assumed_role","role_arns":"arn:aws:iam::123456789012:role/any"}"""),
        ("federation_token", "GetFederationToken", """{"credential_type":"federation_token","policy_arns":"arn:aws:iam::123456789012:policy/read"}"""),
    ];

    /// <summary>What comes before the end of the first call, and whether it is then certain that nothing was made.</summary>
    private static readonly (string Way, bool IsCertain)[] Ways =
    [
        ("a wrong key", true),
        ("no credentials", true),
        ("half a key pair", true),
        ("nobody at the endpoint", true),
        ("refused", true),
        ("throttled, then refused", true),
        ("a 5xx, then refused", false),
        ("a cut connection, then refused", false),
        ("a connection that is cut after the effect, then refused", false),
        ("refused with 5xx", false),
        ("a cut connection", false),
        ("refused by a text that is no answer of AWS", false),
    ];

    public static TheoryData<string, string> Cases => [.. Kinds.SelectMany(kind => Ways.Select(way => (kind.Type, way.Way)))];

    public static TheoryData<string> LaterCalls => ["PutUserPolicy", "AttachUserPolicy", "CreateAccessKey"];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Nothing_is_made_when_the_first_call_of_a_creation_was_refused_or_not_sent(string type, string way)
    {
        var (_, action, role) = Kinds.Single(kind => kind.Type == type);
        await MakeAsync("CreateRole", ("RoleName", "any"), ("AssumeRolePolicyDocument", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"""));
        await RoleAsync("r", role);
        await ConfigureAsync(maxRetries: way.Contains(", then refused", StringComparison.Ordinal) ? 2 : 0);
        using var stranger = new Stranger();
        await using var alone = new EngineHarness(new EngineType("aws", MountClass.Secret, "", context => new AwsEngine(context, new Nobody())));
        await using var astray = new EngineHarness(AwsEngine.Type, http: stranger);
        var (engine, lease) = way switch
        {
            "no credentials" => (alone, await PlanAsync(alone, "\"use_environment\":true", role)),
            "refused by a text that is no answer of AWS" => (astray, await PlanAsync(astray, "\"access_key\":\"AKIA1\",\"secret_key\":\"x\"", role)),
            _ => (Engine, await PlanAsync("r")),
        };
        await ArrangeAsync(way, action);

        var creating = lease.CreateAsync();
        await engine.AdvanceUntilEndAsync(creating);
        var failed = await Failed(creating);

        var isCertain = Ways.Single(known => known.Way == way).IsCertain;
        Assert.Equal(isCertain, failed.NothingMade);
        Assert.False(failed is { NothingMade: true, Unsettled: true });
        Assert.True(!isCertain || Users().Length == 0);
    }

    [Fact]
    public async Task Without_credentials_the_error_says_nothing_of_AWS_which_was_not_asked()
    {
        await using var engine = new EngineHarness(new EngineType("aws", MountClass.Secret, "", context => new AwsEngine(context, new Nobody())));
        var lease = await PlanAsync(engine, "\"use_environment\":true", Kinds[0].Role);

        var failed = await Failed(lease.CreateAsync());

        Assert.EndsWith("NoCredentials: no AWS credentials were found", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(LaterCalls))]
    public async Task A_later_call_that_is_refused_leaves_what_was_made(string action)
    {
        await RoleAsync("r", Kinds[0].Role);
        var lease = await PlanAsync("r");
        Sandbox.Faults.Add(new SandboxFault { Action = action, Code = "AccessDenied", Status = 403 });

        Assert.False((await Failed(lease.CreateAsync())).NothingMade);

        Assert.Single(Users());
    }

    [Fact]
    public async Task A_name_that_another_has_makes_nothing_and_one_of_this_lease_is_gone_on_with()
    {
        await ConfigureAsync(template: "taken");
        await RoleAsync("r", Kinds[0].Role);
        await MakeAsync("CreateUser", ("UserName", "taken"));
        Assert.True((await Failed((await PlanAsync("r")).CreateAsync())).NothingMade);

        await ConfigureAsync(template: "own");
        var lease = await IssueAsync("r");
        Sandbox.Faults.Add(new SandboxFault { Action = "PutUserPolicy", Code = "AccessDenied", Status = 403 });
        Assert.False((await Failed(lease.CreateAsync())).NothingMade);
    }

    [Fact]
    public async Task Reading_the_policies_of_groups_makes_nothing_even_without_an_answer()
    {
        await RoleAsync("r", """{"credential_type":"federation_token","iam_groups":"developers"}""");
        Sandbox.Faults.Add(new SandboxFault { Action = "ListGroupPolicies", Kind = SandboxFaultKind.Drop });

        Assert.True((await Failed((await PlanAsync("r")).CreateAsync())).NothingMade);
    }

    private async Task ArrangeAsync(string way, string action)
    {
        switch (way)
        {
            case "a wrong key":
                await ConfigureAsync(new AwsCredentials("AKIAIOSFODNN7NOBODYS", RootSecret));
                break;
            case "half a key pair":
                (await Engine.WriteAsync("config/root", """{"access_key":"AKIAIOSFODNN7NOBODYS"}""")).AssertDone();
                break;
            case "nobody at the endpoint":
                await EndpointAsync("http://127.0.0.1:1");
                break;
            case "refused":
                Refuse(action, before: 0);
                break;
            case "throttled, then refused":
                Sandbox.Faults.Add(new SandboxFault { Action = action, Code = "Throttling", Status = 400 });
                Refuse(action, before: 1);
                break;
            case "a 5xx, then refused":
                Sandbox.Faults.Add(new SandboxFault { Action = action, Code = "Throttling", Status = 503 });
                Refuse(action, before: 1);
                break;
            case "refused with 5xx":
                Sandbox.Faults.Add(new SandboxFault { Action = action, Code = "AccessDenied", Status = 500, Times = 0 });
                break;
            case "no credentials" or "refused by a text that is no answer of AWS":
                break;
            default:
                var moment = way.Contains("after the effect", StringComparison.Ordinal) ? SandboxFaultMoment.After : SandboxFaultMoment.Before;
                Sandbox.Faults.Add(new SandboxFault { Action = action, Kind = SandboxFaultKind.Drop, Moment = moment });
                Refuse(action, before: 1);
                break;
        }
    }

    private void Refuse(string action, int before) =>
        Sandbox.Faults.Add(new SandboxFault { Action = action, Skip = before, Code = "AccessDenied", Status = 403, Times = 0 });

    private async Task EndpointAsync(string url) => (await Engine.WriteAsync(
        "config/root", $$"""{"access_key":"AKIA1","secret_key":"x","region":"us-east-1","iam_endpoint":"{{url}}","sts_endpoint":"{{url}}","max_retries":0}""")).AssertDone();

    /// <summary>A lease of another mount.</summary>
    private static async Task<HarnessLease> PlanAsync(EngineHarness engine, string credentials, string role)
    {
        (await engine.WriteAsync("config/root", $$"""{{{credentials}},"region":"us-east-1","max_retries":0}""")).AssertDone();
        (await engine.WriteAsync("roles/r", role)).AssertDone();
        return await engine.PlanAsync(Operation.Read, "creds/r");
    }

    private sealed class Nobody : IAwsCredentialSource
    {
        public ValueTask<AwsCredentials> GetAsync(CancellationToken cancellation) =>
            throw new AwsException(AwsErrorKind.AccessDenied, "NoCredentials", "credentials", "no AWS credentials were found");
    }

    /// <summary>Something on the way that is not AWS and refuses every request.</summary>
    private sealed class Stranger : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("no") });
    }
}
