namespace Coffer.Hcl.Tests;

public sealed class HclLimitTests
{
    [Theory]
    [InlineData("a = ", "[", "]")]
    [InlineData("", "a { ", "} ")]
    [InlineData("", "a = { ", "} ")]
    [InlineData("{\"a\": ", "[", "]")]
    [InlineData("{\"a\": ", "{\"a\": ", "}")]
    public void Nesting_is_allowed_up_to_the_limit_and_refused_beyond(string start, string open, string close)
    {
        var json = start.StartsWith('{');
        var last = json && open.StartsWith('{') ? "1" : "";
        string Nested(int depth) =>
            start + string.Concat(Enumerable.Repeat(open, depth)) + last + string.Concat(Enumerable.Repeat(close, depth)) + (json ? "}" : "");

        Assert.Single(HclText.Parse(Nested(64)).Items);
        Assert.Equal("nested more than 64 levels deep", Assert.Throws<HclException>(() => HclText.Parse(Nested(65))).Reason);
        Assert.Equal("nested more than 64 levels deep", Assert.Throws<HclException>(() => HclText.Parse(Nested(50_000))).Reason);
    }

    [Fact]
    public void A_caller_cannot_raise_the_depth_to_where_the_stack_ends()
    {
        var limits = new HclLimits { DepthMax = int.MaxValue };

        var error = Assert.Throws<HclException>(() => HclText.Parse("a = " + new string('[', 100_000), limits));

        Assert.Equal("nested more than 256 levels deep", error.Reason);
    }

    [Fact]
    public void A_text_beyond_the_byte_limit_is_refused_before_it_is_read()
    {
        var limits = new HclLimits { TextBytesMax = 10 };

        Assert.Single(HclText.Parse("a = \"éé\"", limits).Items);
        Assert.Equal(
            "the text has 11 bytes, more than the 10 allowed", Assert.Throws<HclException>(() => HclText.Parse("a = \"ééx\"", limits)).Reason);
        Assert.Throws<HclException>(() => HclText.Parse("a = 1234567"u8, limits));
    }

    [Theory]
    [InlineData("a = [1, 2, 3]")]
    [InlineData("a b c d { }")]
    [InlineData("{\"a\": [1, 2]}")]
    public void Nodes_beyond_the_limit_are_refused(string text)
    {
        Assert.Single(HclText.Parse(text, new HclLimits { NodesMax = 5 }).Items);
        Assert.Equal(
            "more than 4 keys and values in one text",
            Assert.Throws<HclException>(() => HclText.Parse(text, new HclLimits { NodesMax = 4 })).Reason);
    }
}
