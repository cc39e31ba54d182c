using System.Text;
using CsCheck;

namespace Coffer.Hcl.Tests;

public sealed class HclPropertyTests
{
    private static readonly HclPosition Nowhere = new(1, 1);

    private static readonly Gen<string> Text =
        Gen.OneOf(Gen.String[Gen.Char[" ab/*+{}$\"\\\n\r\t\u0001é#="], 0, 12], Gen.Const("a😀${x\"}"), Gen.Const("${"));

    private static readonly Gen<HclKey> Key = Gen.OneOf(
        Text.Select(text => new HclKey(text, Nowhere, Quoted: true)),
        Gen.OneOf("path", "a-b", "_x.y", "true").Select(text => new HclKey(text, Nowhere, Quoted: false)));

    private static readonly Gen<HclValue> Leaf = Gen.OneOf(
        Text.Select(text => (HclValue)new HclString(Nowhere, text)),
        Gen.Long.Where(number => number != long.MinValue).Select(number => (HclValue)new HclInteger(Nowhere, number)),
        Gen.Double.Where(double.IsFinite).Select(number => (HclValue)new HclFloat(Nowhere, number)),
        Gen.Bool.Select(truth => (HclValue)new HclBoolean(Nowhere, truth)));

    [Fact]
    public void A_written_tree_reads_back_as_the_same_tree() =>
        Object(4).Sample(tree => Tree.Show(HclText.Parse(HclWriter.Write(tree))) == Tree.Show(tree));

    [Fact]
    public void Formatting_changes_no_meaning_and_settles_at_once() =>
        Object(3).Sample(tree =>
        {
            var formatted = HclFormatter.Format("# before\n" + HclWriter.Write(tree));
            return Tree.Show(HclText.Parse(formatted)) == Tree.Show(tree) && HclFormatter.Format(formatted) == formatted;
        });

    [Fact]
    public void Random_bytes_are_read_or_refused_and_nothing_else() =>
        Gen.Byte.Array[0, 200].Sample(bytes => ReadOrRefused(bytes));

    [Fact]
    public void Random_pieces_of_hcl_are_read_or_refused_and_nothing_else() =>
        Gen.OneOf(
            "{", "}", "[", "]", "=", ",", ":", "\"", "\\", "${", "\n", " ", "a", "path", "1", "0x", "-", ".", "e", "<<E", "<<-E", "E", "#", "//",
            "/*", "*/", "true", "null", "\\u", "\\ud800", "é", "😀", "\0", "\r", "\t")
            .Array[0, 40].Select(string.Concat).Sample(text => ReadOrRefused(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_text_cut_anywhere_is_read_or_refused()
    {
        const string Whole = "# c\npath \"a\\n\" { x = [1, 2.5, \"${y\"}\"] y = <<-E\n  z\n  E\n }\n/* é */ t = true";

        Assert.All(Enumerable.Range(0, Whole.Length), cut => ReadOrRefused(Encoding.UTF8.GetBytes(Whole[..cut])));
    }

    private static Gen<HclObject> Object(int depth) =>
        Gen.Select(Key, Key.Array[0, 2], Value(depth), Object0(depth), Gen.Bool, (key, labels, value, body, isBlock) =>
            isBlock ? new HclItem(key, [.. labels], body, IsBlock: true) : new HclItem(key, [], value, IsBlock: false))
            .Array[0, 4].Select(items => new HclObject(Nowhere, [.. items]));

    private static Gen<HclObject> Object0(int depth) => depth == 0 ? Gen.Const(new HclObject(Nowhere, [])) : Object(depth - 1);

    private static Gen<HclValue> Value(int depth) => depth == 0
        ? Leaf
        : Gen.OneOf(
            Leaf,
            Object(depth - 1).Select(body => (HclValue)body),
            Value(depth - 1).Array[0, 3].Select(items => (HclValue)new HclList(Nowhere, [.. items])));

    private static bool ReadOrRefused(byte[] bytes)
    {
        try
        {
            HclText.Parse(bytes);
        }
        catch (HclException error)
        {
            Assert.True(error.Line >= 1 && error.Column >= 1, error.Message);
        }

        return true;
    }
}
