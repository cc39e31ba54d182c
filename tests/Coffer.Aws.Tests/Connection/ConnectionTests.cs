using Coffer.Aws.Calls;
using Coffer.Aws.Connection;
using Coffer.Aws.Signing;

namespace Coffer.Aws.Tests.Connection;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData("", null, null, "us-east-1", "https://iam.amazonaws.com/", "https://sts.us-east-1.amazonaws.com/")]
    [InlineData("", "eu-west-1", "eu-west-2", "eu-west-1", "https://iam.amazonaws.com/", "https://sts.eu-west-1.amazonaws.com/")]
    [InlineData("", null, "eu-west-2", "eu-west-2", "https://iam.amazonaws.com/", "https://sts.eu-west-2.amazonaws.com/")]
    [InlineData("us-west-2", "eu-west-1", null, "us-west-2", "https://iam.amazonaws.com/", "https://sts.us-west-2.amazonaws.com/")]
    [InlineData("cn-north-1", null, null, "cn-north-1", "https://iam.cn-north-1.amazonaws.com.cn/", "https://sts.cn-north-1.amazonaws.com.cn/")]
    [InlineData("us-gov-east-1", null, null, "us-gov-east-1", "https://iam.us-gov.amazonaws.com/", "https://sts.us-gov-east-1.amazonaws.com/")]
    public void Region_and_endpoints_have_the_documented_defaults(
        string given, string? region, string? defaultRegion, string expected, string iam, string sts)
    {
        using var http = new HttpClient();
        var connection = new AwsConnection(
            new AwsConnectionOptions { Region = given }, http, TimeProvider.System,
            name => name switch { "AWS_REGION" => region, "AWS_DEFAULT_REGION" => defaultRegion, _ => null });

        Assert.Equal((expected, iam, sts), (connection.Region, connection.IamEndpoint.AbsoluteUri, connection.StsEndpoint.AbsoluteUri));
    }

    [Fact]
    public void Everything_wrong_is_named_at_once_and_no_secret_is()
    {
        var options = new AwsConnectionOptions { SecretKey = "hidden", IamEndpoint = "iam", StsEndpoint = "ftp://x/", Region = "a b", MaxRetries = 99 };
        using var http = new HttpClient();

        var error = Assert.Throws<ArgumentException>(() => new AwsConnection(options, http, TimeProvider.System));

        foreach (var name in new[] { "access_key", "iam_endpoint", "sts_endpoint", "region", "max_retries" })
        {
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("hidden", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_static_key_the_chain_is_asked()
    {
        using var http = new HttpClient();
        var chain = new Chain();
        var connection = new AwsConnection(
            new AwsConnectionOptions { StsEndpoint = "http://127.0.0.1:1/", MaxRetries = 0 }, http, TimeProvider.System, _ => null, chain);

        var error = await Assert.ThrowsAsync<AwsException>(
            () => connection.Sts().GetCallerIdentityAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(AwsErrorKind.Network, error.Kind);
        Assert.Equal(1, chain.Asked);
    }

    private sealed class Chain : IAwsCredentialSource
    {
        public int Asked { get; private set; }

        public ValueTask<AwsCredentials> GetAsync(CancellationToken cancellation)
        {
            Asked++;
            return ValueTask.FromResult(new AwsCredentials("AKID", "secret", "token"));
        }
    }
}
