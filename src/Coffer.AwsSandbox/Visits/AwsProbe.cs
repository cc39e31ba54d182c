using System.Text;
using System.Text.RegularExpressions;
using Coffer.Aws.Calls;
using Coffer.Aws.Connection;
using Coffer.Aws.Iam;
using Coffer.Aws.Signing;
using Coffer.Outbound;

namespace Coffer.AwsSandbox.Visits;

/// <summary>Looks at an AWS account from outside, over HTTP with signed calls: what any program with a key would see.</summary>
/// <remarks>Works on the sandbox and on any other endpoint that serves IAM and path-style S3 at one address.</remarks>
public sealed partial class AwsProbe : IDisposable
{
    private const string Region = "us-east-1";

    private readonly HttpClient _http = new(OutboundHttp.CreateHandler());
    private readonly Uri _endpoint;
    private readonly string _accessKeyId;
    private readonly string _secretAccessKey;
    private readonly TimeProvider _clock;
    private readonly IamClient _iam;

    /// <param name="endpoint">Address of both services.</param>
    /// <param name="accessKeyId">A key that may list users and make buckets.</param>
    /// <param name="secretAccessKey">Its secret half.</param>
    /// <param name="clock">Signing time.</param>
    /// <param name="calls">How long an answer is waited for; null for the client's default.</param>
    public AwsProbe(Uri endpoint, string accessKeyId, string secretAccessKey, TimeProvider clock, AwsCallOptions? calls = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        _endpoint = endpoint;
        _accessKeyId = accessKeyId;
        _secretAccessKey = secretAccessKey;
        _clock = clock;
        var options = new AwsConnectionOptions
        {
            AccessKey = accessKeyId,
            SecretKey = secretAccessKey,
            Region = Region,
            IamEndpoint = endpoint.AbsoluteUri,
            StsEndpoint = endpoint.AbsoluteUri,
            Calls = calls ?? new(),
        };
        _iam = new AwsConnection(options, _http, clock).Iam();
    }

    /// <summary>All users with their keys, by name. A user that goes away meanwhile is left out.</summary>
    public async Task<IReadOnlyList<VisitedUser>> UsersAsync(CancellationToken cancellation)
    {
        var users = new List<VisitedUser>();
        await foreach (var user in _iam.ListUsersAsync("/", cancellation).ConfigureAwait(false))
        {
            try
            {
                var keys = await _iam.ListAccessKeysAsync(user.UserName, cancellation).ConfigureAwait(false);
                users.Add(new VisitedUser(user.UserName, keys.Select(key => key.AccessKeyId).ToArray()));
            }
            catch (AwsException gone) when (gone.Kind == AwsErrorKind.NotFound)
            {
                // Deleted between the two calls.
            }
        }

        return users.OrderBy(user => user.Name, StringComparer.Ordinal).ToArray();
    }

    /// <summary>A user's inline policies: documents as JSON, by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> InlinePoliciesAsync(string userName, CancellationToken cancellation)
    {
        var policies = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in await _iam.ListUserPoliciesAsync(userName, cancellation).ConfigureAwait(false))
        {
            policies[name] = await _iam.GetUserPolicyAsync(userName, name, cancellation).ConfigureAwait(false);
        }

        return policies;
    }

    /// <summary>Makes a bucket with the visitor's own key.</summary>
    /// <exception cref="InvalidOperationException">It was refused; the message has AWS's code.</exception>
    public async Task CreateBucketAsync(string bucket, CancellationToken cancellation)
    {
        var answer = await S3Async(HttpMethod.Put, bucket, "", _accessKeyId, _secretAccessKey, cancellation).ConfigureAwait(false);
        if (!answer.Allowed)
        {
            throw new InvalidOperationException($"bucket {bucket} was not made: {answer.Code}");
        }
    }

    /// <summary>Sends one S3 request with somebody's key.</summary>
    /// <param name="method">GET, PUT, DELETE or HEAD.</param>
    /// <param name="target"><c>bucket</c>, <c>bucket/key</c> or <c>bucket?list-type=2</c>.</param>
    /// <param name="body">The object's text, for PUT; the others have none.</param>
    /// <param name="accessKeyId">The key that signs.</param>
    /// <param name="secretAccessKey">Its secret half.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<S3Answer> S3Async(
        HttpMethod method, string target, string body, string accessKeyId, string secretAccessKey, CancellationToken cancellation)
    {
        var bytes = method == HttpMethod.Put ? Encoding.UTF8.GetBytes(body) : [];
        using var request = new HttpRequestMessage(method, new Uri(_endpoint, "/" + target));
        if (method == HttpMethod.Put)
        {
            request.Content = new ByteArrayContent(bytes);
        }

        SigV4.SignHttp(request, bytes, new AwsCredentials(accessKeyId, secretAccessKey), Region, "s3", _clock.GetUtcNow());
        using var response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        return response.IsSuccessStatusCode
            ? new S3Answer(status, "", text)
            : new S3Answer(status, ErrorCode().Match(text) is { Success: true } match ? match.Groups[1].Value : response.StatusCode.ToString(), "");
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("<Code>([A-Za-z0-9.]+)</Code>")]
    private static partial Regex ErrorCode();
}
