using Coffer.Client;
using Coffer.Outbound;

namespace Coffer.Cli.Tests.Outbound;

/// <summary>The rules of Go programs, each with the cases at its edges.</summary>
public class EnvironmentProxyTests
{
    [Theory]
    [InlineData("", "http://example.com/", "http://plain:3128/")]
    [InlineData("", "https://example.com/", "http://secure:3129/")]
    [InlineData("", "http://localhost/", null)]
    [InlineData("", "http://localhost:8200/", null)]
    [InlineData("", "http://127.0.0.1:8200/", null)]
    [InlineData("", "https://127.8.9.1/", null)]
    [InlineData("", "https://[::1]:8200/", null)]
    [InlineData("", "https://[::ffff:127.0.0.1]/", null)]
    [InlineData("", "http://localhost.example.com/", "http://plain:3128/")]
    [InlineData("*", "http://example.com/", null)]
    [InlineData("a, * ,b", "http://example.com/", null)]
    [InlineData("example.com", "http://example.com/", null)]
    [InlineData("example.com", "http://EXAMPLE.com:99/", null)]
    [InlineData("EXAMPLE.COM", "http://example.com/", null)]
    [InlineData("example.com", "http://a.b.example.com/", null)]
    [InlineData("example.com", "http://notexample.com/", "http://plain:3128/")]
    [InlineData(".example.com", "http://a.example.com/", null)]
    [InlineData(".example.com", "http://example.com/", "http://plain:3128/")]
    [InlineData("*.example.com", "http://a.example.com/", null)]
    [InlineData("*.example.com", "http://example.com/", "http://plain:3128/")]
    [InlineData("example.com:80", "http://example.com/", null)]
    [InlineData("example.com:80", "http://example.com:81/", "http://plain:3128/")]
    [InlineData("example.com:443", "https://example.com/", null)]
    [InlineData(":80", "http://example.com/", "http://plain:3128/")]
    [InlineData("example.com:odd", "http://example.com/", "http://plain:3128/")]
    [InlineData(" foo , example.com ", "http://example.com/", null)]
    [InlineData(",,", "http://example.com/", "http://plain:3128/")]
    [InlineData("10.0.0.0/8", "http://10.200.3.4/", null)]
    [InlineData("10.1.2.3/8", "http://10.200.3.4/", null)]
    [InlineData("10.0.0.0/8", "http://11.0.0.1/", "http://plain:3128/")]
    [InlineData("10.0.0.0/8", "http://ten.example.com/", "http://plain:3128/")]
    [InlineData("10.0.0.0/33", "http://10.0.0.1/", "http://plain:3128/")]
    [InlineData("2001:db8::/32", "http://[2001:db8:1::7]/", null)]
    [InlineData("2001:db8::/32", "http://[2001:db9::7]/", "http://plain:3128/")]
    [InlineData("192.0.2.7", "http://192.0.2.7:8200/", null)]
    [InlineData("192.0.2.7:8200", "http://192.0.2.7:8200/", null)]
    [InlineData("192.0.2.7:8201", "http://192.0.2.7:8200/", "http://plain:3128/")]
    [InlineData("2001:db8::7", "http://[2001:db8::7]/", null)]
    [InlineData("[2001:db8::7]:80", "http://[2001:db8::7]/", null)]
    [InlineData("[2001:db8::7]:81", "http://[2001:db8::7]/", "http://plain:3128/")]
    public void A_request_goes_through_the_proxy_of_its_scheme_or_past_it(string noProxy, string url, string? proxy)
    {
        var found = Proxy(("HTTP_PROXY", "plain:3128"), ("HTTPS_PROXY", "http://secure:3129"), ("NO_PROXY", noProxy))!;

        Assert.Equal(proxy, found.GetProxy(new Uri(url))?.ToString());
        Assert.Equal(proxy is null, found.IsBypassed(new Uri(url)));
    }

    [Fact]
    public void Variables_count_in_both_cases_the_upper_one_first_and_a_proxy_of_one_scheme_is_not_that_of_the_other()
    {
        Assert.Null(Proxy(("NO_PROXY", "*")));
        Assert.Null(Proxy(("ALL_PROXY", "http://all:1"), ("HTTP_PROXY", "")));
        Assert.Equal("http://lower:1/", Proxy(("http_proxy", "lower:1"))!.GetProxy(new Uri("http://a.test"))!.ToString());
        Assert.Equal("http://upper:1/", Proxy(("http_proxy", "lower:1"), ("HTTP_PROXY", "upper:1"))!.GetProxy(new Uri("http://a.test"))!.ToString());
        Assert.Null(Proxy(("http_proxy", "lower:1"), ("no_proxy", "a.test"))!.GetProxy(new Uri("http://a.test")));
        Assert.Null(Proxy(("HTTP_PROXY", "plain:1"))!.GetProxy(new Uri("https://a.test")));
        Assert.Null(Proxy(("HTTPS_PROXY", "plain:1"))!.GetProxy(new Uri("http://a.test")));
    }

    [Theory]
    [InlineData("socks5h://p", "socks5://p:1080/")]
    [InlineData("https://p:8443", "https://p:8443/")]
    [InlineData("http://user:s%40cret@p:1", "http://p:1/")]
    public void An_address_is_taken_with_its_scheme_and_its_password_is_kept_apart(string written, string address)
    {
        var proxy = Proxy(("HTTP_PROXY", written))!;

        Assert.Equal(address, proxy.GetProxy(new Uri("http://a.test"))!.ToString());
        var credentials = proxy.Credentials!.GetCredential(new Uri(address), "Basic");
        Assert.Equal(written.Contains('@', StringComparison.Ordinal) ? ("user", "s@cret") : (null, null), (credentials?.UserName, credentials?.Password));
    }

    [Theory]
    [InlineData("ftp://user:s3cret@p")]
    [InlineData("http://user:s3cret@")]
    [InlineData("http://user:s3cret@p:odd")]
    public void What_is_no_address_of_a_proxy_is_named_by_its_variable_without_its_value(string written)
    {
        var problem = Assert.Throws<ProxyException>(() => Proxy(("https_proxy", written))).Message;

        Assert.Contains("https_proxy", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", problem, StringComparison.Ordinal);
        var options = new CofferClientOptions { Environment = name => name == "https_proxy" ? written : null };
        Assert.Equal(problem, Assert.Single(options.Problems()));
        Assert.DoesNotContain("s3cret", Assert.Single(new CofferClientOptions { ProxyAddress = written, Environment = _ => null }.Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void No_handler_follows_redirects_or_keeps_cookies_and_without_a_proxy_none_is_looked_for()
    {
        using var direct = OutboundHttp.CreateHandler(EnvironmentProxy.From(_ => null));
        using var through = OutboundHttp.CreateHandler(EnvironmentProxy.From(name => name == "HTTP_PROXY" ? "p:1" : null));

        Assert.Equal((false, false, false), (direct.AllowAutoRedirect, direct.UseCookies, direct.UseProxy));
        Assert.Equal((false, false, true), (through.AllowAutoRedirect, through.UseCookies, through.UseProxy));
    }

    private static EnvironmentProxy? Proxy(params (string Name, string Value)[] variables) =>
        EnvironmentProxy.From(name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault());
}
