using Coffer.Aws.Calls;
using Coffer.Aws.Connection;
using Coffer.Aws.Iam;
using Coffer.Aws.Signing;
using Coffer.Aws.Sts;
using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Settings;

namespace Coffer.Aws.Tests.Support;

/// <summary>A fresh sandbox on a clock of its own, and clients that speak to it over real HTTP.</summary>
public abstract class SandboxTest : IAsyncLifetime
{
    protected const string AllowAll = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private SandboxAccount? _sandbox;

    protected WatchedClock Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    protected SandboxAccount Sandbox => _sandbox ?? throw new InvalidOperationException("not started");

    protected HttpClient Http => _http;

    protected IamClient Iam => Connect(Sandbox.ConnectionOptions()).Iam();

    protected StsClient Sts => Connect(Sandbox.ConnectionOptions()).Sts();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected virtual SandboxOptions Options => new();

    public async ValueTask InitializeAsync() => _sandbox = await SandboxAccount.StartAsync(Options with { Clock = Clock }, Cancel);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>No retries unless a test asks for them: time stands still here.</summary>
    protected AwsConnection Connect(AwsConnectionOptions options) =>
        new(options with { MaxRetries = options.MaxRetries == -1 ? 0 : options.MaxRetries }, Http, Clock);

    protected IamClient IamAs(AwsCredentials credentials) =>
        Connect(Sandbox.ConnectionOptions()).IamWith(new StaticCredentialSource(credentials));

    protected StsClient StsAs(AwsCredentials credentials) => Connect(Sandbox.ConnectionOptions()).StsAs(credentials);

    /// <summary>A user with one inline policy and one key.</summary>
    protected async Task<AwsCredentials> UserWith(string name, string? policy)
    {
        await Iam.CreateUserAsync(new NewIamUser { UserName = name }, Cancel);
        if (policy is not null)
        {
            await Iam.PutUserPolicyAsync(name, "own", policy, Cancel);
        }

        return (await Iam.CreateAccessKeyAsync(name, Cancel)).Credentials;
    }

    protected static async Task<AwsException> Refused(Func<Task> call) => await Assert.ThrowsAsync<AwsException>(call);

    protected static async Task Refused(AwsErrorKind kind, string code, Func<Task> call)
    {
        var error = await Refused(call);
        Assert.Equal((kind, code), (error.Kind, error.Code));
    }

    /// <summary>A call of the query protocol that no client offers.</summary>
    protected async Task<string> Raw(string service, string version, AwsCredentials credentials, params (string Name, string Value)[] parameters)
    {
        var pairs = new List<KeyValuePair<string, string>> { new("Version", version) };
        pairs.AddRange(parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)));
        using var request = new HttpRequestMessage(HttpMethod.Post, Sandbox.Url) { Content = new FormUrlEncodedContent(pairs) };
        SigV4.SignHttp(request, await request.Content.ReadAsByteArrayAsync(Cancel), credentials, "us-east-1", service, Clock.GetUtcNow());
        using var response = await Http.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return response.IsSuccessStatusCode ? text : throw new InvalidOperationException(text);
    }

    protected Task<string> RawIam(params (string Name, string Value)[] parameters) => Raw("iam", "2010-05-08", Options.Bootstrap, parameters);
}
