using System.Globalization;
using System.Text;

namespace Coffer.Sdk.Names;

/// <summary>
/// What people see of a name: characters that show nothing, and letters that look like those of ASCII. The mappings are those of Unicode's compatibility
/// forms (NFKC) for ASCII letters and signs, written out here, since the program runs without Unicode's tables for that.
/// </summary>
public static class NameText
{
    private const int FullWidth = 0xFEE0;
    private const int MathFirst = 0x1D400;
    private const int MathLast = 0x1D6A3;

    /// <summary>Single letters, each behind its compatibility form.</summary>
    private const string Singles =
        "ªaºoʰhʲjʳrʷwʸyˡlˢsˣxᴬAᴮBᴰDᴱEᴳGᴴHᴵIᴶJᴷKᴸLᴹMᴺNᴼOᴾPᴿRᵀTᵁUᵂWᵃaᵇbᵈdᵉeᵍgᵏkᵐmᵒoᵖpᵗtᵘuᵛvᵢiᵣrᵤuᵥvᶜcᶠfᶻzⁱiⁿnₐaₑeₒoₓxₕhₖkₗlₘmₙnₚpₛsₜtⱼjⱽV"
        + "ℂCℊgℋHℌHℍHℎhℐIℑIℒLℓlℕNℙPℚQℛRℜRℝRℤZℨZKKℬBℭCℯeℰEℱFℳMℴoℹiⅅDⅆdⅇeⅈiⅉjⅠIⅤVⅩXⅬLⅭCⅮDⅯMⅰiⅴvⅹxⅼlⅽcⅾdⅿm﹣-";

    /// <summary>Whether a text holds what shows nothing: control and format characters, separators of lines, fillers and variation selectors.</summary>
    public static bool HasInvisible(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsInvisible(rune))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The text with its case folded, and each letter that is a compatibility form of an ASCII letter as that letter.</summary>
    public static string Skeleton(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // Two squares that are one character and read as two letters.
            _ = rune.Value switch
            {
                0x33B1 => plain.Append("ns"),
                0x33CC => plain.Append("in"),
                _ => plain.Append(Plain(rune).ToString()),
            };
        }

        return NameFold.Of(plain.ToString());
    }

    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2065 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
            or (>= 0xE0000 and <= 0xE0FFF);

    private static Rune Plain(Rune rune)
    {
        var value = rune.Value;
        return value switch
        {
            < 0x80 => rune,
            >= 0xFF01 and <= 0xFF5E => new Rune(value - FullWidth),
            >= 0x24B6 and <= 0x24CF => new Rune('A' + value - 0x24B6),
            >= 0x24D0 and <= 0x24E9 => new Rune('a' + value - 0x24D0),
            >= 0x1F130 and <= 0x1F149 => new Rune('A' + value - 0x1F130),
            >= MathFirst and <= MathLast => Letter((value - MathFirst) % 52),
            <= char.MaxValue when IndexOf((char)value) is >= 0 and var at => new Rune(Singles[at + 1]),
            _ => rune,
        };
    }

    private static Rune Letter(int place) => new(place < 26 ? 'A' + place : 'a' + place - 26);

    /// <summary>Forms are at even places, so that a letter is no form of the next one.</summary>
    private static int IndexOf(char form)
    {
        for (var at = 0; at < Singles.Length; at += 2)
        {
            if (Singles[at] == form)
            {
                return at;
            }
        }

        return -1;
    }
}
