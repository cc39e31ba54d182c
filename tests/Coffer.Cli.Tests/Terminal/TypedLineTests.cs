using System.Text;
using Coffer.Cli.Terminal;

namespace Coffer.Cli.Tests.Terminal;

public sealed class TypedLineTests
{
    [Theory]
    [InlineData("secret\nrest", "secret")]
    [InlineData("secret\rrest", "secret")]
    [InlineData("secret", "secret")]
    [InlineData("secret\u0004x", "secret")]
    [InlineData("sex\u007fcret\n", "secret")]
    [InlineData("\u007f\bsecret\n", "secret")]
    [InlineData("aä\u007fb\U0001f511\u007fc\n", "abc")]
    [InlineData("wrong\u0015secret\n", "secret")]
    [InlineData("se\u001b[Acr\u001b[1;5Det\u001bOP\n", "secret")]
    [InlineData("se\u0001cr\u0000et\n", "secret")]
    [InlineData("se\u001b", "se")]
    public void Keys_are_taken_and_erased_as_on_a_terminal(string keys, string line)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(keys));

        Assert.Equal(line, TypedLine.Read(stream));
    }

    [Fact]
    public void A_line_may_be_longer_than_a_terminal_would_edit()
    {
        var token = new string('t', 10_000);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(token + "\n"));

        Assert.Equal(token, TypedLine.Read(stream));
    }
}
