using System.Net;
using System.Net.Sockets;
using Coffer.Aws.Calls;
using Coffer.Aws.Connection;
using Coffer.Outbound;

namespace Coffer.Cli.Tests.Outbound;

/// <summary>A call to AWS that fails on its way through a proxy: the error names the proxy and the variable, so that nobody looks at AWS.</summary>
public sealed class NamedProxyTests
{
    private const string Dead = "127.0.0.1:1";

    public static TheoryData<string, string> Variables => new()
    {
        { "HTTPS_PROXY", "https" },
        { "https_proxy", "https" },
        { "HTTP_PROXY", "http" },
        { "http_proxy", "http" },
    };

    [Theory]
    [MemberData(nameof(Variables))]
    public async Task A_proxy_that_is_not_there_is_named_with_its_variable_and_without_its_password(string variable, string scheme)
    {
        foreach (var call in Calls)
        {
            var failed = await FailAsync(variable, Dead, scheme, call);

            Assert.Equal("NetworkError", failed.Code);
            Assert.EndsWith($"; the request went through the proxy http://{Dead}, which the environment variable {variable} names", failed.Detail, StringComparison.Ordinal);
            Assert.True(failed.NothingDone);
        }
    }

    [Theory]
    [MemberData(nameof(Variables))]
    public async Task A_proxy_that_never_answers_is_named_with_its_variable(string variable, string scheme)
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();

        var failed = await FailAsync(variable, $"{proxy.LocalEndpoint}", scheme, Calls[0]);

        Assert.Equal("Timeout", failed.Code);
        Assert.EndsWith($"; the request went through the proxy http://{proxy.LocalEndpoint}, which the environment variable {variable} names", failed.Detail, StringComparison.Ordinal);
        Assert.False(failed.NothingDone);
    }

    [Fact]
    public async Task A_request_that_goes_past_the_proxy_names_none()
    {
        foreach (var variable in new[] { "NO_PROXY", "no_proxy" })
        {
            var failed = await FailAsync("HTTPS_PROXY", Dead, "https", Calls[0], (variable, "aws.test"));

            Assert.DoesNotContain("proxy", failed.Detail, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static readonly Func<AwsConnection, ValueTask>[] Calls =
    [
        async connection => await connection.Iam().GetUserAsync("kim", TestContext.Current.CancellationToken),
        async connection => await connection.Sts().GetCallerIdentityAsync(TestContext.Current.CancellationToken),
    ];

    private static async Task<AwsException> FailAsync(
        string variable, string proxy, string scheme, Func<AwsConnection, ValueTask> call, params (string Name, string Value)[] others)
    {
        (string Name, string Value)[] environment = [(variable, $"http://ursula:s3same@{proxy}"), .. others];
        using var http = new HttpClient(OutboundHttp.CreateHandler(name => environment.FirstOrDefault(pair => pair.Name == name).Value));
        var options = new AwsConnectionOptions
        {
            AccessKey = "AKIA1",
            SecretKey = "x",
            Region = "us-east-1",
            IamEndpoint = $"{scheme}://iam.aws.test/",
            StsEndpoint = $"{scheme}://sts.aws.test/",
            MaxRetries = 0,
            Calls = new AwsCallOptions { AttemptTimeout = TimeSpan.FromSeconds(1) },
        };
        var failed = await Assert.ThrowsAsync<AwsException>(() => call(new AwsConnection(options, http, TimeProvider.System)).AsTask());
        Assert.DoesNotContain("s3same", failed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ursula", failed.ToString(), StringComparison.Ordinal);
        return failed;
    }
}
