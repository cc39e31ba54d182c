namespace Coffer.Hcl.Tests;

public sealed class HclWriterTests
{
    [Fact]
    public void A_tree_is_written_in_canonical_layout()
    {
        const string Text = "a=1 path \"x\"  \"y\" {b=[1,{c=2}] d={} e=0x10\nf=2.0}\nz=<<E\nx\nE\n";

        Assert.Equal(
            """
            a = 1

            path "x" "y" {
              b = [1, {
                c = 2
              }]
              d = {}
              e = 16
              f = 2.0
            }

            z = "x\n"

            """,
            HclWriter.Write(HclText.Parse(Text)));
    }

    [Fact]
    public void A_null_has_no_form_in_hcl() =>
        Assert.Throws<ArgumentException>(() => HclWriter.Write(HclText.Parse("{\"a\": null}")));

    [Theory]
    [InlineData("", "")]
    [InlineData("a=1", "a = 1\n")]
    [InlineData("path   \"x\"{capabilities=[ \"read\",\"list\" , ]}", "path \"x\" { capabilities = [\"read\", \"list\",] }\n")]
    [InlineData("# top\n\n\n\na = 1   # why\n", "# top\n\na = 1 # why\n")]
    [InlineData("a {\n\n\n# in\n b = [\n1, # one\n 2\n]\n\n}\n", "a {\n  # in\n  b = [\n    1, # one\n    2\n  ]\n}\n")]
    [InlineData("a = <<E\n  keep \nE\nb = 0x1F\r\n", "a = <<E\n  keep \nE\nb = 0x1F\n")]
    [InlineData("a {}", "a {}\n")]
    [InlineData("a = [] /* x */ b = 1", "a = [] /* x */ b = 1\n")]
    [InlineData("{ \"a\" :1}", "{ \"a\" :1}")]
    public void Formatting_keeps_comments_and_spelling(string text, string formatted) =>
        Assert.Equal(formatted, HclFormatter.Format(text));

    [Fact]
    public void Formatting_refuses_what_is_not_hcl() => Assert.Throws<HclException>(() => HclFormatter.Format("a = ["));
}
