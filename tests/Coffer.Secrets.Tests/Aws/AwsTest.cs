using System.Text.Json.Nodes;
using Coffer.Aws.Calls;
using Coffer.Aws.Connection;
using Coffer.Aws.Iam;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Settings;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Leases;
using Coffer.Secrets.Aws;
using Coffer.Testing.Engines;

namespace Coffer.Secrets.Tests.Aws;

/// <summary>The engine against a local AWS account over real HTTP; both live on the harness's clock.</summary>
public abstract class AwsTest : IAsyncLifetime
{
    protected const string RootSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    protected const string ListAnything = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}]}""";

    private readonly HttpClient _http = new();
    private SandboxAccount? _sandbox;

    protected EngineHarness Engine { get; set; } = new(AwsEngine.Type);

    protected SandboxAccount Sandbox => _sandbox ?? throw new InvalidOperationException("not started");

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The account as its owner sees it.</summary>
    protected IamClient Iam => Connection.Iam();

    private AwsConnection Connection => new(Sandbox.ConnectionOptions() with { MaxRetries = 0 }, _http, Engine.Clock);

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxAccount.StartAsync(new SandboxOptions { Clock = Engine.Clock }, Cancel);
        await ConfigureAsync();
        await MakeAsync("CreatePolicy", ("PolicyName", "read"), ("PolicyDocument", ListAnything));
        await MakeAsync("CreatePolicy", ("PolicyName", "bound"), ("PolicyDocument", ListAnything.Replace("iam:ListUsers", "iam:*", StringComparison.Ordinal)));
        await MakeAsync("CreateGroup", ("GroupName", "developers"));
        await MakeAsync("CreateGroup", ("GroupName", "auditors"));
        await MakeAsync("AttachGroupPolicy", ("GroupName", "developers"), ("PolicyArn", "arn:aws:iam::123456789012:policy/read"));
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _http.Dispose();
        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Writes config/root. No retries unless a test asks for them: time stands still here.</summary>
    protected async Task ConfigureAsync(AwsCredentials? credentials = null, int maxRetries = 0, string? template = null)
    {
        var config = new JsonObject
        {
            ["access_key"] = credentials?.AccessKeyId ?? "AKIAIOSFODNN7EXAMPLE",
            ["secret_key"] = credentials?.SecretAccessKey ?? RootSecret,
            ["region"] = "us-east-1",
            ["iam_endpoint"] = Sandbox.Url.AbsoluteUri,
            ["sts_endpoint"] = Sandbox.Url.AbsoluteUri,
            ["max_retries"] = maxRetries,
            ["username_template"] = template ?? "",
        };
        (await Engine.WriteAsync("config/root", config.ToJsonString())).AssertDone();
    }

    protected async Task RoleAsync(string name, string json) => (await Engine.WriteAsync($"roles/{name}", json)).AssertDone();

    protected Task<HarnessLease> IssueAsync(string role) => Engine.IssueAsync(Operation.Read, $"creds/{role}");

    protected Task<HarnessLease> PlanAsync(string role) => Engine.PlanAsync(Operation.Read, $"creds/{role}");

    /// <summary>A call of IAM that the client does not offer.</summary>
    protected async Task<string> MakeAsync(string action, params (string Name, string Value)[] parameters)
    {
        var pairs = new List<KeyValuePair<string, string>> { new("Action", action), new("Version", "2010-05-08") };
        pairs.AddRange(parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)));
        using var request = new HttpRequestMessage(HttpMethod.Post, Sandbox.Url) { Content = new FormUrlEncodedContent(pairs) };
        var body = await request.Content.ReadAsByteArrayAsync(Cancel);
        SigV4.SignHttp(request, body, new AwsCredentials("AKIAIOSFODNN7EXAMPLE", RootSecret), "us-east-1", "iam", Engine.Clock.GetUtcNow());
        using var response = await _http.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return response.IsSuccessStatusCode ? text : throw new InvalidOperationException(text);
    }

    /// <summary>IAM as the holder of credentials that the engine gave.</summary>
    protected IamClient IamAs(CreatedSecret created) => Connection.IamWith(new StaticCredentialSource(KeyOf(created)));

    protected static AwsCredentials KeyOf(CreatedSecret created)
    {
        var data = created.Data();
        return new AwsCredentials((string)data["access_key"]!, (string)data["secret_key"]!, (string?)data["security_token"]);
    }

    protected static string UserOf(HarnessLease lease) => (string)lease.Plan.Data()["user"]!["user_name"]!;

    /// <summary>Names of the users that are not the account owner's.</summary>
    protected string[] Users() =>
        [.. State()["users"]!.AsArray().Select(user => (string)user!["name"]!).Where(name => name != "admin")];

    /// <summary>A user as the account has it.</summary>
    protected JsonNode User(string name) => State()["users"]!.AsArray().Single(user => (string)user!["name"]! == name)!;

    protected JsonNode State() => JsonNode.Parse(Sandbox.Dump())!;

    protected static async Task<AwsException> Refused(ValueTask call) => await Assert.ThrowsAsync<AwsException>(call.AsTask);

    protected static async Task<EngineException> Failed(Task call) => await Assert.ThrowsAsync<EngineException>(() => call);

    protected static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(text => (string)text!)];
}
