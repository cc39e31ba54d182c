namespace Coffer.Hcl.Tests;

public sealed class HclParserTests
{
    [Theory]
    [InlineData("a = 1", "a=1")]
    [InlineData("a = -7", "a=-7")]
    [InlineData("a = 0x1F", "a=31")]
    [InlineData("a = -0xff", "a=-255")]
    [InlineData("a = 0755", "a=493")]
    [InlineData("a = 0", "a=0")]
    [InlineData("a = 1.5", "a=1.5f")]
    [InlineData("a = -2.5e3", "a=-2500f")]
    [InlineData("a = 1e+2", "a=100f")]
    [InlineData("a = 9223372036854775807", "a=9223372036854775807")]
    [InlineData("a = true b = false", "a=true;b=false")]
    [InlineData("a = \"x\"", "a='x'")]
    [InlineData("\"a b\" = \"x\"", "a b=x", true)]
    [InlineData("a-b.c_d = 1", "a-b.c_d=1")]
    [InlineData("é = 1", "é=1")]
    [InlineData("a = []", "a=[]")]
    [InlineData("a = [1, \"x\", true,]", "a=[1,'x',true]")]
    [InlineData("a = [[1], { b = 2 }]", "a=[[1],{b=2}]")]
    [InlineData("a = { b = 1, c = 2, }", "a={b=1;c=2}")]
    [InlineData("a = { b = 1\n c = 2 }", "a={b=1;c=2}")]
    [InlineData("a { }", "a:{}")]
    [InlineData("a \"x\" \"y\" { b = 1 }", "a'x''y':{b=1}")]
    [InlineData("path kv { b = 1 }", "path'kv':{b=1}")]
    [InlineData("a \"x\" { b \"y\" { } }", "a'x':{b'y':{}}")]
    [InlineData("a = 1\na = 2", "a=1;a=2")]
    [InlineData("# one\n// two\n/* three\n */ a /* in */ = /**/ 1 # end", "a=1")]
    [InlineData("a = 1 # no line feed", "a=1")]
    [InlineData("\uFEFFa = 1\r\nb = 2\r\n", "a=1;b=2")]
    [InlineData("", "")]
    [InlineData("   \n\t ", "")]
    [InlineData("{}", "")]
    public void A_text_gives_its_tree(string text, string tree, bool bare = false) =>
        Assert.Equal(bare ? tree.Replace("=x", "='x'", StringComparison.Ordinal) : tree, Tree.Show(HclText.Parse(text)));

    [Theory]
    [InlineData("\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\"", "\a\b\f\n\r\t\v\\\"")]
    [InlineData("\"\\x41\\101\\u00e9\\U0001F600\"", "AAé😀")]
    [InlineData("\"a\tb\"", "a\tb")]
    [InlineData("\"{{identity.entity.id}}/*\"", "{{identity.entity.id}}/*")]
    [InlineData("\"${file(\"x\\n\")}\"", "${file(\"x\\n\")}")]
    [InlineData("\"${a{b}c}d\"", "${a{b}c}d")]
    [InlineData("\"$5 $$ {\"", "$5 $$ {")]
    [InlineData("<<EOT\none\n  two\nEOT\n", "one\n  two\n")]
    [InlineData("<<EOT\none\nEOT", "one\n")]
    [InlineData("<<EOT\nEOT\n", "")]
    [InlineData("<<EOT\nEOTx\nEOT\n", "EOTx\n")]
    [InlineData("<<EOT\n \"${x\\n\n  EOT\n", " \"${x\\n\n")]
    [InlineData("<<-EOT\n    one\n      two\n    EOT\n", "one\n  two\n")]
    [InlineData("<<-EOT\n  less\n    EOT\n", "  less\n")]
    [InlineData("<<EOT\r\none\r\nEOT\r\n", "one\r\n")]
    public void A_string_has_its_escapes_undone(string text, string value)
    {
        var item = Assert.Single(HclText.Parse("a = " + text).Items);

        Assert.Equal(value, Assert.IsType<HclString>(item.Value).Value);
    }

    [Fact]
    public void A_heredoc_can_be_followed_by_more()
    {
        var root = HclText.Parse("a = [<<X\n1\nX\n, \"2\"]\nb = <<Y\n3\nY\nc = 4");

        Assert.Equal("a=['1\n','2'];b='3\n';c=4", Tree.Show(root));
    }

    [Fact]
    public void Every_node_knows_its_line_and_column()
    {
        var root = HclText.Parse("# x\npath \"é😀\" {\n\tlist = [1,\n  true]\n}\n");

        var block = Assert.Single(root.Items);
        Assert.Equal(new HclPosition(2, 1), block.Position);
        Assert.Equal(new HclPosition(2, 6), block.Labels[0].Position);
        Assert.Equal(new HclPosition(2, 11), block.Value.Position);
        var list = Assert.Single(Assert.IsType<HclObject>(block.Value).Items);
        Assert.Equal(new HclPosition(3, 2), list.Position);
        var values = Assert.IsType<HclList>(list.Value);
        Assert.Equal(new HclPosition(3, 9), values.Position);
        Assert.Equal([new HclPosition(3, 10), new HclPosition(4, 3)], values.Items.Select(value => value.Position));
    }

    [Theory]
    [InlineData("path \"kv/x\" { capabilities = [\"read\" }", 1, 38, "found '}', expected ',' or ']' in the list begun at 1:30")]
    [InlineData("path \"x\" {\n a = 1\n", 3, 1, "found the end of the text, expected '}' to close the '{' at 1:10")]
    [InlineData("just words", 1, 11, "key 'just words' expected start of object ('{'), found the end of the text")]
    [InlineData("word", 1, 5, "key 'word' expected start of object ('{') or assignment ('='), found the end of the text")]
    [InlineData("a \"b\" = 1", 1, 7, "key 'a b' expected start of object ('{'), found '='")]
    [InlineData("a = ", 1, 5, "found the end of the text, expected a value")]
    [InlineData("a = read", 1, 5, "found 'read', expected a value; text needs quotes")]
    [InlineData("a = = 1", 1, 5, "found '=', expected a value")]
    [InlineData("a = [1 2]", 1, 8, "found the number 2, expected ',' or ']' in the list begun at 1:5")]
    [InlineData("a = [,]", 1, 6, "found ',', expected a value")]
    [InlineData("a = {,}", 1, 6, "found ',', expected a key")]
    [InlineData("}", 1, 1, "found '}', expected a key")]
    [InlineData("= 1", 1, 1, "found '=', expected a key")]
    [InlineData("1 = 1", 1, 1, "found the number 1, expected a key")]
    [InlineData("a = 1, b = 2", 1, 6, "found ',', expected a key")]
    [InlineData("a = \"x", 1, 5, "string without an end, expected '\"' on the same line")]
    [InlineData("a = \"x\ny\"", 1, 5, "string without an end, expected '\"' on the same line")]
    [InlineData("a = \"${x\"", 1, 5, "string without an end, expected '}' to close '${'")]
    [InlineData("a = \"\\q\"", 1, 6, "unknown escape '\\' and 'q' in a string")]
    [InlineData("a = \"\\u00g0\"", 1, 6, "escape with 2 of 4 digits in a string")]
    [InlineData("a = \"\\ud800\"", 1, 6, "escape for U+D800, which is no character")]
    [InlineData("a = \"\\UFFFFFFFF\"", 1, 6, "escape for U+FFFFFFFF, which is no character")]
    [InlineData("a = \"\\xe9\"", 1, 6, "escape for a byte above 0x7F, which is no character; write \\u00E9 and the like")]
    [InlineData("a = \"\\", 1, 6, "string without an end, expected '\"'")]
    [InlineData("a = \"x\0\"", 1, 7, "unexpected character U+0000 in a string")]
    [InlineData("a = <<EOT\nx\n", 1, 5, "heredoc without an end, expected a line with 'EOT'")]
    [InlineData("a = << EOT\n", 1, 5, "heredoc without a name, expected '<<NAME' and the end of the line")]
    [InlineData("a = <EOT\n", 1, 5, "unexpected character '<', expected a key, a value or a bracket")]
    [InlineData("/* x", 1, 1, "comment without an end, expected '*/'")]
    [InlineData("/ x", 1, 1, "unexpected character '/', expected '//' or '/*' to begin a comment")]
    [InlineData("a = 1\n; b", 2, 1, "unexpected character ';', expected a key, a value or a bracket")]
    [InlineData("a = 1x", 1, 5, "'1x' is not a number")]
    [InlineData("a = 1.", 1, 5, "'1.' is not a number")]
    [InlineData("a = 0x", 1, 5, "'0x' is not a number")]
    [InlineData("a = 089", 1, 5, "'089' begins with 0, so it is octal, and has a digit above 7")]
    [InlineData("a = +1", 1, 5, "'+1' is not a number")]
    [InlineData("a = -", 1, 5, "'-' without a number")]
    [InlineData("a = 9223372036854775808", 1, 5, "the number 9223372036854775808 does not fit 64 bits")]
    [InlineData("a = 1e999", 1, 5, "the number 1e999 does not fit 64 bits")]
    public void A_text_that_is_not_hcl_is_refused_with_its_place(string text, int line, int column, string reason)
    {
        Assert.False(HclText.TryParse(text, out _, out var error));

        Assert.Equal((line, column, reason), (error.Line, error.Column, error.Reason));
        Assert.Equal($"At {line}:{column}: {reason}", error.Message);
    }

    [Fact]
    public void An_error_does_not_repeat_a_string_because_it_may_be_a_password()
    {
        var error = Assert.Throws<HclException>(() => HclText.Parse("password = [1 \"hunter2\"]"));

        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_with_their_place()
    {
        var error = Assert.Throws<HclException>(() => HclText.Parse([(byte)'a', (byte)'\n', 0xC3, 0xA9, 0xFF, (byte)'b']));

        Assert.Equal("At 2:2: bytes that are not UTF-8", error.Message);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused_with_its_place()
    {
        var error = Assert.Throws<HclException>(() => HclText.Parse("a = \"😀" + '\ud800' + "\""));

        Assert.Equal("At 1:7: half of a surrogate pair, which is no character", error.Message);
    }

    [Fact]
    public void Utf8_reads_like_text() => Assert.Equal("é='x'", Tree.Show(HclText.Parse("é = \"x\""u8)));
}
