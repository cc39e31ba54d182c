namespace Coffer.Walkthrough.Tests.Running;

public class TranscriptTests
{
    [Fact]
    public void A_section_holds_what_is_typed_and_what_comes_back()
    {
        var steps = Transcript.Parse(["# why", "", "## One", "# note", "$ a \\", "> <<EOT", "> x", "> EOT", "out", "", "$ b", "[exit 2]", "## Two", "$ c"])["One"];

        Assert.Equal(["a \\\n<<EOT\nx\nEOT", "b"], steps.Select(step => step.Typed));
        Assert.Equal(["out", ""], steps[0].Output);
        Assert.Equal("x", steps[0].HereDocument);
        Assert.Equal([0, 2], steps.Select(step => step.ExitCode));
    }

    [Fact]
    public void A_line_that_belongs_to_nothing_is_refused()
    {
        Assert.Throws<FormatException>(() => Transcript.Parse(["out"]));
        Assert.Throws<FormatException>(() => Transcript.Parse(["$ a"]));
        Assert.Throws<FormatException>(() => Transcript.Parse(["## One", "$ a", "out", "> b"]));
    }

    [Theory]
    [InlineData("key  …", "key  value\n", true)]
    [InlineData("key  …", "key  two words\n", false)]
    [InlineData("key  …", "key  \n", false)]
    [InlineData("key  A…|", "key  A1|\n", true)]
    [InlineData("one\n…", "one\ntwo\nthree\n", true)]
    [InlineData("one\n…\nfour", "one\nthree\n", false)]
    [InlineData("one\n", "one\n", true)]
    [InlineData("one", "one\ntwo\n", false)]
    [InlineData("one\ntwo", "one\n", false)]
    [InlineData("", "", true)]
    [InlineData("", "one\n", false)]
    public void Output_agrees_only_when_all_of_it_is_expected(string expected, string output, bool agrees) =>
        Assert.Equal(agrees, new TranscriptStep("a", expected.Split('\n'), 0).Agrees(output));
}
