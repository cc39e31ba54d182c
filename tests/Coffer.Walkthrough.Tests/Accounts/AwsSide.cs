using System.Net.Http.Headers;
using Coffer.Aws.Calls;
using Coffer.Aws.Connection;
using Coffer.Aws.Signing;
using Coffer.Aws.Sts;
using Coffer.AwsSandbox.Visits;
using Coffer.Walkthrough.Tests.Running;

namespace Coffer.Walkthrough.Tests.Accounts;

/// <summary>The AWS account as somebody sees it who has nothing to do with Coffer: signed calls over HTTP, the same to every back end.</summary>
internal sealed class AwsSide : IDisposable
{
    private const string Region = "us-east-1";

    /// <summary>The account's own key: the pair of AWS's documentation, which is the walkthrough's too.</summary>
    private static readonly AwsCredentials Owner = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    /// <summary>Long enough for an account in a process of its own, on a machine with much else to do.</summary>
    private static readonly AwsCallOptions Calls = new() { AttemptTimeout = TimeSpan.FromMinutes(3), CallTimeout = TimeSpan.FromMinutes(12) };

    private readonly HttpClient _http = new();
    private readonly AwsProbe _visitor;
    private readonly AwsConnection _connection;
    private readonly Uri _endpoint;
    private readonly TimeProvider _clock;

    /// <param name="endpoint">Where IAM, STS and S3 answer.</param>
    /// <param name="clock">The account's time; calls are signed by it.</param>
    public AwsSide(Uri endpoint, TimeProvider clock)
    {
        _endpoint = endpoint;
        _clock = clock;
        _visitor = new AwsProbe(endpoint, Owner.AccessKeyId, Owner.SecretAccessKey, clock, Calls);
        var options = new AwsConnectionOptions
        {
            AccessKey = Owner.AccessKeyId,
            SecretKey = Owner.SecretAccessKey,
            Region = Region,
            IamEndpoint = endpoint.AbsoluteUri,
            StsEndpoint = endpoint.AbsoluteUri,
            Calls = Calls,
        };
        _connection = new AwsConnection(options, _http, clock);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<string[]> UserNamesAsync() => [.. (await _visitor.UsersAsync(Cancel)).Select(user => user.Name)];

    /// <summary>The one user that is not among those of before; it has the key that was handed out, and no other.</summary>
    public async Task<VisitedUser> OnlyNewUserAsync(IEnumerable<string> before, AwsCredentials handedOut)
    {
        var user = Assert.Single(await _visitor.UsersAsync(Cancel), user => !before.Contains(user.Name));
        Assert.Equal([handedOut.AccessKeyId], user.AccessKeyIds);
        return user;
    }

    public Task<IReadOnlyDictionary<string, string>> InlinePoliciesAsync(VisitedUser user) => _visitor.InlinePoliciesAsync(user.Name, Cancel);

    /// <summary>Waits until the account has these users and no others: revocation is queued, and expiry comes by itself.</summary>
    public Task OnlyAsync(string[] names) => Deadline.MeetAsync(
        async () => (await UserNamesAsync()).SequenceEqual(names), $"there are other users than {string.Join(", ", names)}");

    public async Task<bool> HasUserAsync(VisitedUser user) => (await UserNamesAsync()).Contains(user.Name);

    /// <summary>Who AWS takes the holder of these credentials for.</summary>
    public ValueTask<AwsIdentity> IdentityAsync(AwsCredentials credentials) => _connection.StsAs(credentials).GetCallerIdentityAsync(Cancel);

    public Task MakeBucketAsync(string bucket) => _visitor.CreateBucketAsync(bucket, Cancel);

    /// <summary>AWS's word for the refusal, or empty when it was allowed.</summary>
    public async Task<string> TryAsync(AwsCredentials credentials, string method, string target)
    {
        byte[] body = method == "PUT" ? [.. "content"u8] : [];
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_endpoint, "/" + target));
        request.Content = method == "PUT" ? new ByteArrayContent(body) : null;
        SigV4.SignHttp(request, body, credentials, Region, "s3", _clock.GetUtcNow());
        using var reply = await _http.SendAsync(request, Cancel);
        var text = await reply.Content.ReadAsStringAsync(Cancel);
        return reply.IsSuccessStatusCode ? "" : System.Xml.Linq.XDocument.Parse(text).Descendants("Code").Single().Value;
    }

    /// <summary>A call of IAM that Coffer itself has no use for, as the account's owner.</summary>
    public async Task CallIamAsync(string action, params (string Name, string Value)[] parameters)
    {
        var pairs = parameters.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)).Append(new("Action", action)).Append(new("Version", "2010-05-08"));
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new FormUrlEncodedContent(pairs) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        SigV4.SignHttp(request, await request.Content.ReadAsByteArrayAsync(Cancel), Owner, Region, "iam", _clock.GetUtcNow());
        using var reply = await _http.SendAsync(request, Cancel);
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync(Cancel));
    }

    public void Dispose()
    {
        _visitor.Dispose();
        _http.Dispose();
    }
}
