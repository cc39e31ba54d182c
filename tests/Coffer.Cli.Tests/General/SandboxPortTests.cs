using Coffer.Cli.General;

namespace Coffer.Cli.Tests.General;

public sealed class SandboxPortTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("0", 0)]
    [InlineData("5005", 5005)]
    [InlineData("127.0.0.1:5005", 5005)]
    [InlineData("localhost:5005", 5005)]
    public void A_port_of_this_machine_is_taken(string text, int port)
    {
        Assert.True(SandboxPort.TryParse(text, out var parsed));
        Assert.Equal(port, parsed);
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("0.0.0.0:5005")]
    [InlineData("192.0.2.1:5005")]
    [InlineData("127.0.0.1")]
    [InlineData("example.org:5005")]
    [InlineData("http://127.0.0.1:5005")]
    public void Anything_else_is_refused_rather_than_taken_for_any_port(string text) => Assert.False(SandboxPort.TryParse(text, out _));
}
