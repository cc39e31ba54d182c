using System.Collections.Immutable;
using System.Text;
using Coffer.Sdk.Primitives;

namespace Coffer.Sdk.Passwords;

/// <summary>The rules for a generated password: its length in characters, and how many characters of each set it contains at least.</summary>
/// <param name="Length">Characters of a password, as Unicode code points.</param>
/// <param name="Charsets">At least one. A password is drawn from the characters of all sets together.</param>
public sealed record PasswordRules(int Length, ImmutableArray<PasswordCharset> Charsets)
{
    /// <summary>Texts that are drawn before the search is given up: ten times as many as when a policy is stored, which is refused if none of those obeys it.</summary>
    private const int AttemptsMax = 100_000;

    /// <summary>Generates a password; null when no drawn text obeys the rules.</summary>
    /// <remarks>
    /// Whole texts are drawn until one obeys the rules. So every password that obeys them is as likely as any other, which putting the wanted
    /// characters in first would not give.
    /// </remarks>
    public string? Generate(IRandom random, int attempts = AttemptsMax)
    {
        ArgumentNullException.ThrowIfNull(random);
        var alphabet = Charsets.SelectMany(charset => charset.Characters).Distinct().ToArray();
        var drawn = new Rune[Length];
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            for (var i = 0; i < drawn.Length; i++)
            {
                drawn[i] = alphabet[random.Below(alphabet.Length)];
            }

            if (Charsets.All(charset => charset.IsServedBy(drawn)))
            {
                return string.Concat(drawn);
            }
        }

        return null;
    }
}

/// <summary>A set of characters, and how many of them a password has at least.</summary>
/// <param name="Characters">Each once.</param>
/// <param name="Min">Zero: any number, none included.</param>
public sealed record PasswordCharset(ImmutableHashSet<Rune> Characters, int Min)
{
    internal bool IsServedBy(Rune[] text) => Min == 0 || text.Count(Characters.Contains) >= Min;
}
