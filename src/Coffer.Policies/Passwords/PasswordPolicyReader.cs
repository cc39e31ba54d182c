using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Coffer.Hcl;
using Coffer.Sdk.Passwords;

namespace Coffer.Policies.Passwords;

/// <summary>Reads a password policy in HCL or JSON: <c>length</c>, and blocks <c>rule "charset" { charset, min-chars }</c>.</summary>
public static class PasswordPolicyReader
{
    /// <summary>Shortest password in characters.</summary>
    public const int LengthMin = 4;

    /// <summary>Longest password in characters; also the most that its rules may ask for together.</summary>
    public const int LengthMax = 100;

    private const string Unreadable = "invalid password policy: unable to decode: ";

    /// <summary>False and why when the text is no password policy. The words are Vault's where Vault has words for it.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out PasswordRules? rules, [NotNullWhen(false)] out string? problem)
    {
        rules = null;
        try
        {
            var root = HclText.Parse(text);
            if (root.Items.FirstOrDefault(item => item.Key.Text is not ("length" or "rule")) is { } unknown)
            {
                throw new HclException(unknown.Position, "invalid key, expected length or rule");
            }

            var length = Whole(root, "length");
            var charsets = root.Blocks("rule", 1).Select(Charset).ToImmutableArray();
            problem = Problem(length, charsets);
            rules = problem is null ? new PasswordRules((int)length, charsets) : null;
        }
        catch (HclException refused)
        {
            problem = Unreadable + refused.AnonymousMessage;
        }

        return rules is not null;
    }

    private static string? Problem(long length, ImmutableArray<PasswordCharset> charsets)
    {
        if (length is < LengthMin or > LengthMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"passwords must be between {LengthMin} and {LengthMax} characters");
        }

        if (charsets.All(charset => charset.Characters.IsEmpty))
        {
            return "invalid password policy: 1 error occurred:\n\t* no charset specified\n\n";
        }

        // Every rule by itself is at most LengthMax, so the sum cannot overflow before the number of rules is absurd; long all the same.
        var wanted = charsets.Sum(charset => (long)charset.Min);
        return wanted > length
            ? string.Create(
                CultureInfo.InvariantCulture, $"invalid password policy: 1 error occurred:\n\t* specified rules require at least {wanted} characters but {length} is specified\n\n")
            : null;
    }

    private static PasswordCharset Charset(HclBlock block)
    {
        var type = block.Labels[0];
        if (type.Text != "charset")
        {
            throw new HclException(type.Position, "unknown rule type, expected \"charset\"");
        }

        if (block.Body.Items.FirstOrDefault(item => item.Key.Text is not ("charset" or "min-chars")) is { } unknown)
        {
            throw new HclException(unknown.Position, "invalid key, expected charset or min-chars");
        }

        var characters = block.Body.Find("charset")?.Value switch
        {
            null => "",
            HclString text => text.Value,
            var other => throw new HclException(other.Position, $"charset must be a string, found {other.Kind}"),
        };
        if (characters.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar))
        {
            throw new HclException(block.Position, "charset holds a character that cannot be printed");
        }

        var min = Whole(block.Body, "min-chars");
        if (min is < 0 or > LengthMax)
        {
            throw new HclException(block.Position, $"min-chars must be between 0 and {LengthMax}");
        }

        return characters.Length == 0 && min > 0
            ? throw new HclException(block.Position, "min-chars asks for characters of an empty charset")
            : new PasswordCharset([.. characters.EnumerateRunes()], (int)min);
    }

    private static long Whole(HclObject body, string key) => body.Find(key)?.Value switch
    {
        null => 0,
        HclInteger number => number.Value,
        HclString text when long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        var other => throw new HclException(other.Position, $"{key} must be a whole number, found {other.Kind}"),
    };
}
