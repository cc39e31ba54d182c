using System.Net;
using System.Net.Sockets;
using Coffer.Outbound;

namespace Coffer.Server.Tests.Outbound;

public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("::169.254.169.254")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("ff02::1")]
    public async Task An_address_that_serves_the_machines_own_credentials_is_not_connected_to(string address)
    {
        Assert.True(AddressGuard.IsGuarded(IPAddress.Parse(address)));
        var guard = new AddressGuard(allowsLinkLocal: false, (_, _) => Task.FromResult(new[] { IPAddress.Parse(address) }));
        await Assert.ThrowsAsync<ForbiddenAddressException>(async () => await guard.ConnectAsync("harmless.example", 80, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ForbiddenAddressException>(async () => await guard.ConnectAsync(address, 80, TestContext.Current.CancellationToken));
        Assert.Throws<ForbiddenAddressException>(() => guard.Check($"[{address}]"));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("::1")]
    [InlineData("fd00::1")]
    [InlineData("2001:db8::1")]
    public void Other_addresses_are_not_judged(string address) => Assert.False(AddressGuard.IsGuarded(IPAddress.Parse(address)));

    [Fact]
    public async Task A_name_with_one_guarded_address_among_others_is_refused()
    {
        var guard = new AddressGuard(allowsLinkLocal: false, (_, _) => Task.FromResult(new[] { IPAddress.Loopback, IPAddress.Parse("169.254.169.254") }));
        await Assert.ThrowsAsync<ForbiddenAddressException>(async () => await guard.ConnectAsync("rebinding.example", 80, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_connection_goes_to_the_address_that_was_judged_and_past_one_that_does_not_answer()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var lookUps = 0;
        var guard = new AddressGuard(allowsLinkLocal: false, (_, _) =>
        {
            lookUps++;
            return Task.FromResult(new[] { IPAddress.IPv6Loopback, IPAddress.Loopback });
        });
        await using var stream = await guard.ConnectAsync("two.example", port, TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        Assert.True(accepted.Connected);
        Assert.Equal(1, lookUps);
        listener.Stop();
    }

    [Fact]
    public async Task An_http_client_meets_the_guard_for_names_and_for_addresses()
    {
        var guard = new AddressGuard(allowsLinkLocal: false, (_, _) => Task.FromResult(new[] { IPAddress.Parse("169.254.169.254") }));
        using var http = new HttpClient(OutboundHttp.CreateHandler(_ => null, guard, tls: null));
        foreach (var address in (string[])["http://metadata.example/latest", "http://169.254.169.254/latest", "http://[::ffff:a9fe:a9fe]/latest", "http://2852039166/latest"])
        {
            var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(address), TestContext.Current.CancellationToken));
            Assert.Contains("link-local or metadata", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Through_a_proxy_an_address_is_judged_before_the_proxy_is_asked()
    {
        var guard = new AddressGuard(allowsLinkLocal: false);
        using var http = new HttpClient(OutboundHttp.CreateHandler(name => name == "HTTP_PROXY" ? "http://127.0.0.1:1" : null, guard, tls: null));
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri("http://169.254.169.254/"), TestContext.Current.CancellationToken));
        Assert.IsType<ForbiddenAddressException>(error.InnerException);
    }
}
