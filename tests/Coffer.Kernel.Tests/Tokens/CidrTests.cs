using System.Net;
using Coffer.Sdk.Primitives;
using CsCheck;

namespace Coffer.Kernel.Tests.Tokens;

public sealed class CidrTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.1.2", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("10.1.2.3/8", "10.9.9.9", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("0.0.0.0/0", "203.0.113.7", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.1.1", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.1.1", true)]
    [InlineData("::ffff:10.0.0.0/104", "::ffff:10.1.1.1", true)]
    [InlineData("::ffff:10.0.0.0/104", "11.0.0.1", false)]
    [InlineData("::ffff:0.0.0.0/96", "203.0.113.7", true)]
    [InlineData("::ffff:0.0.0.0/95", "203.0.113.7", false)]
    [InlineData("10.0.0.0/31", "10.0.0.1", true)]
    [InlineData("10.0.0.0/31", "10.0.0.2", false)]
    public void A_network_holds_its_addresses(string cidr, string address, bool holds) =>
        Assert.Equal(holds, Cidr.Contains(cidr, IPAddress.Parse(address)));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/8 ")]
    [InlineData(" 10.0.0.0/8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("010.0.0.1/8")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("10.1")]
    [InlineData("167772161")]
    [InlineData("fe80::1%eth0/64")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    public void What_is_no_network_or_could_be_read_as_two_is_refused_and_holds_nothing(string cidr)
    {
        Assert.False(Cidr.TryParse(cidr, out _));
        Assert.False(Cidr.Contains(cidr, IPAddress.Parse("10.0.0.1")));
        Assert.False(Cidr.Contains(cidr, IPAddress.Loopback));
    }

    [Fact]
    public void A_network_agrees_with_comparing_bits() =>
        Gen.Select(Gen.UInt, Gen.Int[0, 32], Gen.UInt).Sample((network, length, address) =>
        {
            var mask = length == 0 ? 0 : uint.MaxValue << (32 - length);
            Assert.Equal(((network ^ address) & mask) == 0, Cidr.Contains($"{Address(network)}/{length}", Address(address)));
        });

    private static IPAddress Address(uint value) =>
        new([(byte)(value >> 24), (byte)((value >> 16) & 0xFF), (byte)((value >> 8) & 0xFF), (byte)(value & 0xFF)]);
}
