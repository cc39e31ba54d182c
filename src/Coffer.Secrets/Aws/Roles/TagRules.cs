using System.Globalization;
using System.Text;

namespace Coffer.Secrets.Aws.Roles;

/// <summary>What AWS takes as tags of a user or of a session, so that a role does not fail at its first use.</summary>
internal static class TagRules
{
    /// <summary>AWS keeps these to itself, in any case of the letters.</summary>
    private const string AwsPrefix = "aws:";

    /// <summary>As many as AWS takes on a session.</summary>
    public const int SessionTagsMax = 50;

    private const int KeyCharsMax = 128;
    private const int ValueCharsMax = 256;
    private const string Marks = "_.:/=+-@";

    /// <summary>Everything wrong with the tags, each line naming the field. Values and keys are never repeated.</summary>
    /// <param name="tagsMax">How many there may be.</param>
    public static IEnumerable<string> Problems(string field, IReadOnlyDictionary<string, string> tags, int tagsMax)
    {
        if (tags.Count > tagsMax)
        {
            yield return $"{field} may hold at most {tagsMax} tags";
        }

        if (tags.Keys.Any(key => key.StartsWith(AwsPrefix, StringComparison.OrdinalIgnoreCase)))
        {
            yield return $"{field} cannot begin with \"{AwsPrefix}\", which AWS reserves";
        }

        if (tags.Keys.Any(key => key.Length is 0 or > KeyCharsMax) || tags.Values.Any(value => value.Length > ValueCharsMax))
        {
            yield return $"{field} must have keys of 1 to {KeyCharsMax} characters and values of at most {ValueCharsMax}";
        }

        if (tags.Any(tag => !IsTagText(tag.Key) || !IsTagText(tag.Value)))
        {
            yield return $"{field} may hold only letters, digits, blanks and {Marks}";
        }

        if (tags.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() < tags.Count)
        {
            yield return $"{field} has two keys that differ only in the case of their letters, which AWS takes for one";
        }
    }

    private static bool IsTagText(string text) => text.EnumerateRunes().All(static rune =>
        Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpaceSeparator or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
            || (rune.IsAscii && Marks.Contains((char)rune.Value, StringComparison.Ordinal)));
}
