namespace Coffer.Docs.Tests;

/// <summary>Pages whose tables are made from declarations. <c>dotnet run dev.cs docs</c> writes them: it sets <c>COFFER_DOCS_WRITE=1</c> for this test.</summary>
public sealed class PageTests
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, string>> Pages = new()
    {
        ["docs/compatibility.md"] = CompatibilityPage.Sections,
        ["docs/reference-api.md"] = ApiPage.Sections,
        ["docs/reference-cli.md"] = CommandPage.Sections,
    };

    private static bool Writes { get; } = Environment.GetEnvironmentVariable("COFFER_DOCS_WRITE") == "1" && Environment.GetEnvironmentVariable("CI") is null or "";

    public static TheoryData<string> Names() => new(Pages.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_page_lists_what_the_product_declares(string page)
    {
        var text = Repository.Read(page);
        var wanted = MarkedPage.Fill(text, Pages[page]);
        if (Writes)
        {
            Repository.Write(page, wanted);
            return;
        }

        if (text != wanted)
        {
            Assert.Fail($"{page} is not what the declarations say. `dotnet run dev.cs docs` writes it. {FirstDifference(text, wanted)}");
        }
    }

    [Fact]
    public void A_section_is_replaced_and_what_people_wrote_around_it_stays()
    {
        var page = "Written.\n\n<!-- generated: a -->\nold\n<!-- end of a -->\n\nWritten too.\n";

        var filled = MarkedPage.Fill(page, new Dictionary<string, string> { ["a"] = "new" });

        Assert.Equal("Written.\n\n<!-- generated: a -->\n\nnew\n\n<!-- end of a -->\n\nWritten too.\n", filled);
        Assert.Equal(filled, MarkedPage.Fill(filled, new Dictionary<string, string> { ["a"] = "new" }));
    }

    [Theory]
    [InlineData("Written.\n")]
    [InlineData("<!-- generated: a -->\nold\n")]
    [InlineData("<!-- generated: b -->\nold\n<!-- end of b -->\n")]
    [InlineData("<!-- generated: a -->\n<!-- end of a -->\n<!-- generated: a -->\n<!-- end of a -->\n")]
    public void A_page_without_a_section_or_with_one_that_nobody_makes_is_refused(string page) =>
        Assert.Throws<InvalidDataException>(() => MarkedPage.Fill(page, new Dictionary<string, string> { ["a"] = "new" }));

    private static string FirstDifference(string text, string wanted)
    {
        var (old, now) = (text.Split('\n'), wanted.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(old.Length, now.Length)).First(index => index >= old.Length || index >= now.Length || old[index] != now[index]);
        return $"Line {line + 1} is \"{(line < old.Length ? old[line] : "")}\" and must be \"{(line < now.Length ? now[line] : "")}\".";
    }
}
