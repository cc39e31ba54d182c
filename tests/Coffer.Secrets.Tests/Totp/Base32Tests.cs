using System.Text;
using Coffer.Secrets.Totp;
using CsCheck;

namespace Coffer.Secrets.Tests.Totp;

public class Base32Tests
{
    /// <summary>RFC 4648, section 10.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY======")]
    [InlineData("fo", "MZXQ====")]
    [InlineData("foo", "MZXW6===")]
    [InlineData("foob", "MZXW6YQ=")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI======")]
    public void The_examples_of_the_standard_are_read_with_and_without_padding_and_in_lower_case(string text, string base32)
    {
        var bare = base32.TrimEnd('=');
        Assert.Equal(bare, Base32.Encode(Encoding.ASCII.GetBytes(text)));
        foreach (var spelling in new[] { base32, bare, base32.ToLowerInvariant() })
        {
            Assert.True(Base32.TryDecode(spelling, out var bytes, out _));
            Assert.Equal(text, Encoding.ASCII.GetString(bytes));
        }
    }

    [Theory]
    [InlineData("not base32 1!", 3)]
    [InlineData("GEZD GNBV", 4)]
    [InlineData("A", 1)]
    [InlineData("AAA", 3)]
    [InlineData("AAAAAA", 6)]
    [InlineData("MY=", 2)]
    [InlineData("MY=====", 2)]
    [InlineData("========", 0)]
    [InlineData("MY==MY==", 2)]
    [InlineData("MZXW6YT0", 7)]
    [InlineData("ÀÀÀÀÀÀÀÀ", 0)]
    public void What_is_not_base32_is_refused_with_the_place(string text, int at)
    {
        Assert.False(Base32.TryDecode(text, out var bytes, out var problemAt));
        Assert.Equal(at, problemAt);
        Assert.Empty(bytes);
    }

    [Fact]
    public void Any_bytes_come_back() => Gen.Byte.Array[0, 80].Sample(bytes =>
        Base32.TryDecode(Base32.Encode(bytes), out var back, out _) && back.AsSpan().SequenceEqual(bytes));
}
