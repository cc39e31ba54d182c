namespace Coffer.Hcl.Tests;

public sealed class JsonParserTests
{
    private const string Json =
        "JSON: a word is true, false or null, a number does not begin with 0, and a string ends with '\"' and has the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX";

    [Theory]
    [InlineData("{}", "")]
    [InlineData(" \r\n\t{ } ", "")]
    [InlineData("{\"a\": 1, \"b\": -1.5e1, \"c\": \"x\", \"d\": true, \"e\": null}", "a=1;b=-15f;c='x';d=true;e=null")]
    [InlineData("{\"a\": [1, [], {}], \"a\": {\"b\": {}}}", "a=[1,[],{}];a={b={}}")]
    [InlineData("{\"a\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00\"}", "a='\"\\/\b\f\n\r\tA😀'")]
    [InlineData("{\"path\": {\"kv/j\": {\"capabilities\": [\"read\"]}}}", "path={kv/j={capabilities=['read']}}")]
    public void A_json_text_gives_its_tree(string text, string tree) => Assert.Equal(tree, Tree.Show(HclText.Parse(text)));

    [Theory]
    [InlineData("{", 1, 2, "found the end of the text, expected a key in quotes, or '}'")]
    [InlineData("{a: 1}", 1, 2, "found 'a', expected a key in quotes, or '}'")]
    [InlineData("{\"a\" 1}", 1, 6, "found '1', expected ':' after the key")]
    [InlineData("{\"a\": }", 1, 7, "found '}', expected a value")]
    [InlineData("{\"a\": yes}", 1, 7, "found 'y', expected a value")]
    [InlineData("{\"a\": 1,}", 1, 9, "found '}', expected a key in quotes")]
    [InlineData("{\"a\": [1,]}", 1, 10, "found ']', expected a value")]
    [InlineData("{\"a\": [1\n2]}", 2, 1, "found '2', expected ',' or ']'")]
    [InlineData("{\"a\": 1 \"b\": 2}", 1, 9, "found '\"', expected ',' or '}'")]
    [InlineData("{} x", 1, 4, "found 'x', expected the end of the text")]
    [InlineData("{\"a\": 01}", 1, 8, "found '1', expected " + Json)]
    [InlineData("{\"a\": tru}", 1, 10, "found '}', expected " + Json)]
    [InlineData("{\"a\": 1.}", 1, 9, "found '}', expected " + Json)]
    [InlineData("{\"a\": \"\n\"}", 1, 8, "found U+000A, expected " + Json)]
    [InlineData("{\"a\": \"x", 1, 9, "found the end of the text, expected " + Json)]
    [InlineData("{\"a\": \"\\v\"}", 1, 9, "found 'v', expected " + Json)]
    [InlineData("{\"ä😀\": \"\\u12\"}", 1, 13, "found '\"', expected " + Json)]
    [InlineData("{\"a\": \"\\ud800x\"}", 1, 7, "half of a surrogate pair in a string, which is no character")]
    [InlineData("{\"\\ude00\\ud83d\": 1}", 1, 2, "half of a surrogate pair in a string, which is no character")]
    [InlineData("{ // no comments\n}", 1, 3, "found '/', expected a key in quotes, or '}'")]
    public void A_text_that_is_not_json_is_refused_with_its_place(string text, int line, int column, string reason)
    {
        var error = Assert.Throws<HclException>(() => HclText.Parse(text));

        Assert.Equal((line, column, reason), (error.Line, error.Column, error.Reason));
    }

    [Theory]
    [InlineData("path \"a\" { x = 1 } path \"b\" { }")]
    [InlineData("{\"path\": {\"a\": {\"x\": 1}, \"b\": {}}}")]
    [InlineData("{\"path\": [{\"a\": {\"x\": 1}}, {\"b\": {}}]}")]
    [InlineData("{\"path\": {\"a\": [{\"x\": 1}], \"b\": [{}]}}")]
    [InlineData("path = { a = { x = 1 } b { } }")]
    public void Blocks_are_found_however_they_are_written(string text)
    {
        var blocks = HclText.Parse(text).Blocks("path", 1).ToList();

        Assert.Equal(["a", "b"], blocks.Select(block => Assert.Single(block.Labels).Text));
        Assert.Equal(["x=1", ""], blocks.Select(block => Tree.Show(block.Body)));
    }

    [Fact]
    public void Blocks_without_labels_and_with_two_are_found_too()
    {
        Assert.Equal(2, HclText.Parse("telemetry { } telemetry = { }").Blocks("telemetry", 0).Count());
        Assert.Equal(
            ["a", "b"],
            HclText.Parse("{\"audit\": {\"a\": {\"b\": {}}}}").Blocks("audit", 2).Single().Labels.Select(label => label.Text));
    }

    [Theory]
    [InlineData("path \"a\" \"b\" { }", "At 1:10: 'path' takes 1 label, found 2 labels")]
    [InlineData("path { x = 1 }", "At 1:8: 'path' takes 1 label and a block, found 'x'")]
    [InlineData("path = \"x\"", "At 1:8: 'path' must be a block, found a string")]
    [InlineData("{\"path\": {\"a\": 1}}", "At 1:11: 'path' takes 1 label and a block, found 'a'")]
    public void A_block_of_another_shape_is_refused(string text, string message)
    {
        var root = HclText.Parse(text);

        Assert.Equal(message, Assert.Throws<HclException>(() => root.Blocks("path", 1).ToList()).Message);
    }

    [Fact]
    public void Find_takes_the_last_of_repeated_keys()
    {
        var root = HclText.Parse("a = 1\na = 2\n");

        Assert.Equal(2, Assert.IsType<HclInteger>(root.Find("a")?.Value).Value);
        Assert.Null(root.Find("b"));
    }
}
