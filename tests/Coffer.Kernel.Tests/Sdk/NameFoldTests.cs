using System.Text;
using Coffer.Sdk.Names;

namespace Coffer.Kernel.Tests.Sdk;

public sealed class NameFoldTests
{
    [Theory]
    [InlineData("σς", "ΣΣ")]
    [InlineData("ſ", "S")]
    [InlineData("µ", "Μ")]
    [InlineData("\u212Aim", "KIM")]
    [InlineData("ϴ", "θ")]
    [InlineData("\U00010400", "\U00010428")]
    [InlineData(" Bob\t", "bob")]
    public void Letters_that_share_an_upper_case_form_are_one(string one, string other) => Assert.Equal(NameFold.Of(one), NameFold.Of(other));

    [Theory]
    [InlineData("straße", "strasse")]
    [InlineData("İ", "i")]
    [InlineData("ı", "i")]
    [InlineData("e\u0301", "é")]
    public void Letters_that_share_none_stay_apart(string one, string other) => Assert.NotEqual(NameFold.Of(one), NameFold.Of(other));

    [Fact]
    public void Folding_twice_changes_nothing_and_no_case_of_a_letter_is_left_apart()
    {
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value))
            {
                continue;
            }

            var letter = new Rune(value);
            var folded = NameFold.Case(letter.ToString());
            Assert.Equal(folded, NameFold.Case(folded));
            Assert.True(NameFold.IsFolded(folded));
            Assert.Equal(folded, NameFold.Case(Rune.ToUpperInvariant(letter).ToString()));
            Assert.Equal(folded, NameFold.Case(Rune.ToLowerInvariant(letter).ToString()));
            Assert.Equal(letter.Utf16SequenceLength, folded.Length);
        }
    }

    [Fact]
    public void Half_of_a_pair_stays_as_it_is() => Assert.Equal("a\ud800b", NameFold.Case("A\ud800B"));
}
