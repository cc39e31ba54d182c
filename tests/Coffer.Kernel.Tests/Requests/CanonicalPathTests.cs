using System.Text;
using Coffer.Kernel.Requests;
using CsCheck;

namespace Coffer.Kernel.Tests.Requests;

public sealed class CanonicalPathTests
{
    [Theory]
    [InlineData("secret/data/a", "secret/data/a")]
    [InlineData("secret/data/a/", "secret/data/a/")]
    [InlineData("", "")]
    [InlineData("a%20b", "a b")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("caf%C3%A9", "café")]
    [InlineData("a%252e%252e", "a%2e%2e")]
    [InlineData("%252e%252e/b", "%2e%2e/b")]
    [InlineData("a+b", "a+b")]
    [InlineData("...", "...")]
    [InlineData("a/.b/c.", "a/.b/c.")]
    [InlineData("%F0%9F%94%91", "🔑")]
    public void Escapes_are_decoded_once(string raw, string text)
    {
        Assert.True(CanonicalPath.TryParse(raw, out var path, out var problem), problem);
        Assert.Equal(text, path.Text);
    }

    [Theory]
    [InlineData("a/../b")]
    [InlineData("..")]
    [InlineData("a/..")]
    [InlineData("./a")]
    [InlineData("a/%2e%2e/b")]
    [InlineData("a/%2E./b")]
    [InlineData("a%2f%2e%2e%2fb")]
    [InlineData("a%2F..%2Fb")]
    [InlineData("a/%2e/b")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a%2f/b")]
    [InlineData("a//")]
    [InlineData("/")]
    [InlineData("a%00b")]
    [InlineData("a%0Ab")]
    [InlineData("a%7Fb")]
    [InlineData("a%C2%85b")]
    [InlineData("a%E2%80%A8b")]
    [InlineData("a%5cb")]
    [InlineData("a\\b")]
    [InlineData("..%5c..")]
    [InlineData("a%ffb")]
    [InlineData("a%C0%AEb")]
    [InlineData("a%C0%AE%C0%AE")]
    [InlineData("a%ED%A0%80b")]
    [InlineData("a%F5%80%80%80")]
    [InlineData("a%C3")]
    [InlineData("a%")]
    [InlineData("a%2")]
    [InlineData("a%zz")]
    [InlineData("a%+1")]
    [InlineData("a\u0000b")]
    [InlineData("a%E2%80%8Bb")]
    [InlineData("a%E2%80%AEb")]
    [InlineData("a%C2%ADb")]
    [InlineData("a%C2%A0b")]
    [InlineData("a%E3%80%80b")]
    [InlineData("%EF%BB%BFa")]
    [InlineData("a%EE%80%80b")]
    public void CVE_2026_3605_what_could_mean_another_path_is_refused(string raw)
    {
        Assert.False(CanonicalPath.TryParse(raw, out var path, out var problem));
        Assert.NotEqual("", problem);
        Assert.Equal("", path.Text);
    }

    [Fact]
    public void Too_long_is_refused_and_the_longest_is_not()
    {
        Assert.True(CanonicalPath.TryParse(new string('a', Limits.PathCharactersMax), out _, out _));
        Assert.False(CanonicalPath.TryParse(new string('a', Limits.PathCharactersMax + 1), out _, out _));
        Assert.False(CanonicalPath.TryParse(string.Concat(Enumerable.Repeat("%41", Limits.PathCharactersMax + 1)), out _, out _));
    }

    [Fact]
    public void Whatever_is_accepted_is_canonical() =>
        Gen.OneOf(
            Gen.String[Gen.Char["ab./%2eEfF0C5c\\\u0000é "], 0, 24],
            Gen.String[Gen.Char["./%2e"], 0, 12],
            Gen.String).Sample(raw =>
            {
                if (!CanonicalPath.TryParse(raw, out var path, out _))
                {
                    return;
                }

                var segments = path.Text.TrimEnd('/').Split('/');
                Assert.DoesNotContain("//", path.Text, StringComparison.Ordinal);
                Assert.False(path.Text.StartsWith('/'));
                Assert.DoesNotContain(segments, segment => segment is "." or "..");
                Assert.DoesNotContain(path.Text, char.IsControl);
                Assert.DoesNotContain('\\', path.Text);
                Assert.True(path.Text.Length <= Limits.PathCharactersMax);

                // Text that can be written as UTF-8 and read again: half of a surrogate pair cannot.
                Assert.Equal(path.Text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(path.Text)));
                Assert.True(CanonicalPath.TryParse(Uri.EscapeDataString(path.Text), out var again, out _));
                Assert.Equal(path.Text, again.Text);
                Assert.True(path.AsFolder.Text.Length == 0 || path.AsFolder.EndsWithSlash);
            });
}
