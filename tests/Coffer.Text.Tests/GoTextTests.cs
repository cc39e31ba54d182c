namespace Coffer.Text.Tests;

public sealed class GoTextTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("a \"b\" \\", "\"a \\\"b\\\" \\\\\"")]
    [InlineData("\n\r\t", "\"\\n\\r\\t\"")]
    [InlineData("\u0001\u007f", "\"\\x01\\x7f\"")]
    [InlineData("é😀", "\"é😀\"")]
    public void A_text_is_quoted_as_Go_quotes_it(string text, string quoted) => Assert.Equal(quoted, GoText.Quote(text));

    [Fact]
    public void Problems_are_counted_and_listed() =>
        Assert.Equal(
            ("1 error occurred:\n\t* a\n\n", "2 errors occurred:\n\t* a\n\t* b\n\n"),
            (GoText.Errors(["a"]), GoText.Errors(["a", "b"])));
}
