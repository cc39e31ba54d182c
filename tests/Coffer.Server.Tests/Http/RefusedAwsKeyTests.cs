using Coffer.AwsSandbox;
using Coffer.AwsSandbox.Settings;

namespace Coffer.Server.Tests.Http;

/// <summary>A mount whose key AWS does not accept: nothing is ever made with it, and nothing of it is left to clear up.</summary>
public sealed class RefusedAwsKeyTests : IAsyncLifetime
{
    private readonly ServerFixture _server = new();
    private SandboxAccount? _aws;

    private SandboxAccount Aws => _aws!;

    public static TheoryData<string, string> Keys => new()
    {
        { "\"access_key\":\"AKIAX\",\"secret_key\":\"y\"", "InvalidClientTokenId" },
        { "\"access_key\":\"AKIAIOSFODNN7EXAMPLE\",\"secret_key\":\"y\"", "SignatureDoesNotMatch" },
        { "\"access_key\":\"AKIAX\"", "static AWS client credentials" },
    };

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _aws = await SandboxAccount.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Aws.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_wrong_or_half_key_leaves_no_lease_and_the_mount_can_be_disabled(string key, string words)
    {
        await SendAsync(204, "POST", "sys/mounts/aws", """{"type":"aws"}""");
        await SendAsync(null, "POST", "aws/config/root", $$"""{{{key}},"region":"us-east-1","iam_endpoint":"{{Aws.Url}}","sts_endpoint":"{{Aws.Url}}","max_retries":0}""");
        await SendAsync(null, "POST", "aws/roles/r", """{"credential_type":"iam_user","policy_arns":"arn:aws:iam::aws:policy/ReadOnlyAccess"}""");

        Assert.Contains(words, await SendAsync(400, "GET", "aws/creds/r"), StringComparison.Ordinal);

        await SendAsync(404, "LIST", "sys/leases/lookup/aws/creds/r");
        Assert.Contains("\"leases\":[]", await SendAsync(200, "GET", "sys/leases/attention"), StringComparison.Ordinal);
        await SendAsync(204, "DELETE", "sys/mounts/aws");
    }

    private async Task<string> SendAsync(int? status, string method, string path, string? body = null)
    {
        var reply = await _server.SendAsync(method, $"/v1/{path}", body);
        Assert.True(status is { } wanted ? reply.Status == wanted : reply.Status is 200 or 204, $"{path}: {reply.Status} {reply.Body}");
        return reply.Body;
    }
}
