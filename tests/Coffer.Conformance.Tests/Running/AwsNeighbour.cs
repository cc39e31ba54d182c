using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Settings;

namespace Coffer.Conformance.Tests.Running;

/// <summary>An AWS account for one case, furnished with the users, groups, roles and policies that the recordings take for granted.</summary>
internal static class AwsNeighbour
{
    private const string Account = "123456789012";
    private const string AccessKey = "AKIAIOSFODNN7EXAMPLE";
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string AnyoneMayAssume = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}""";

    /// <summary>Calls of IAM's query protocol: the action, then its parameters.</summary>
    private static readonly string[][] Furniture =
    [
        ["CreatePolicy", "PolicyName", "conf-read", "Path", "/", "PolicyDocument", Allow("s3:GetObject")],
        ["CreatePolicy", "PolicyName", "conf-write", "Path", "/", "PolicyDocument", Allow("s3:PutObject")],
        ["CreatePolicy", "PolicyName", "conf-team", "Path", "/team/", "PolicyDocument", Allow("sqs:SendMessage")],
        ["CreatePolicy", "PolicyName", "conf-boundary", "Path", "/", "PolicyDocument", Allow("s3:*")],
        ["CreateGroup", "GroupName", "conf-developers"],
        ["CreateGroup", "GroupName", "conf-auditors"],
        ["CreateGroup", "GroupName", "conf-empty"],
        ["AttachGroupPolicy", "GroupName", "conf-developers", "PolicyArn", $"arn:aws:iam::{Account}:policy/conf-read"],
        ["PutGroupPolicy", "GroupName", "conf-developers", "PolicyName", "inline", "PolicyDocument", Allow("ec2:Describe*")],
        ["AttachGroupPolicy", "GroupName", "conf-auditors", "PolicyArn", $"arn:aws:iam::{Account}:policy/team/conf-team"],
        ["CreateRole", "RoleName", "conf-deploy", "Path", "/", "AssumeRolePolicyDocument", AnyoneMayAssume],
        ["CreateRole", "RoleName", "conf-audit", "Path", "/", "AssumeRolePolicyDocument", AnyoneMayAssume],
        ["CreateRole", "RoleName", "conf-nested", "Path", "/team/", "AssumeRolePolicyDocument", AnyoneMayAssume],
        ["CreateUser", "UserName", "conf-alice", "Path", "/"],
        ["CreateUser", "UserName", "conf-bob", "Path", "/division/"],
    ];

    public static async Task<(string Value, IAsyncDisposable Neighbour)> StartAsync(CancellationToken cancellation)
    {
        var sandbox = await SandboxAccount.StartAsync(new SandboxOptions { AccountId = Account }, cancellation);
        try
        {
            await FurnishAsync(sandbox.Url, cancellation);
            return (sandbox.Url.AbsoluteUri.TrimEnd('/'), sandbox);
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes what the cases expect, in any empty account that takes the documentation's key pair.</summary>
    /// <exception cref="InvalidOperationException">A call was refused.</exception>
    public static async Task FurnishAsync(Uri endpoint, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = endpoint };
        foreach (var call in Furniture)
        {
            using var request = Signed(endpoint, call);
            using var reply = await http.SendAsync(request, cancellation);
            if (!reply.IsSuccessStatusCode)
            {
                throw new InvalidOperationException($"AWS refused {call[0]} {call[2]}: {await reply.Content.ReadAsStringAsync(cancellation)}");
            }
        }
    }

    private static string Allow(string action) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["{{action}}"],"Resource":"*"}]}""";

    /// <summary>The call as a form, signed with Signature Version 4; written out here, so that it does not rest on the code under test.</summary>
    private static HttpRequestMessage Signed(Uri endpoint, string[] call)
    {
        var fields = call.Skip(1).Chunk(2).Select(pair => $"{pair[0]}={Uri.EscapeDataString(pair[1])}").Prepend($"Action={call[0]}").Prepend("Version=2010-05-08");
        var body = Encoding.UTF8.GetBytes(string.Join('&', fields));
        var now = DateTimeOffset.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        const string signedHeaders = "content-type;host;x-amz-date";
        const string contentType = "application/x-www-form-urlencoded";
        var scope = $"{now[..8]}/us-east-1/iam/aws4_request";
        var canonical = $"POST\n/\n\ncontent-type:{contentType}\nhost:{endpoint.Authority}\nx-amz-date:{now}\n\n{signedHeaders}\n{Hex(SHA256.HashData(body))}";
        var toSign = $"AWS4-HMAC-SHA256\n{now}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + SecretKey), Mac);

        var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        request.Headers.Add("X-Amz-Date", now);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential={AccessKey}/{scope}, SignedHeaders={signedHeaders}, Signature={Hex(Mac(key, toSign))}");
        return request;
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
