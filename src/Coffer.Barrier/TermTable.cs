using System.Collections.Immutable;

namespace Coffer.Barrier;

/// <summary>The terms of a ring in ascending order of number, for finding. Owns nothing.</summary>
/// <param name="terms">At least one; the last is the active one.</param>
internal sealed class TermTable(ImmutableArray<KeyringTerm> terms)
{
    public ImmutableArray<KeyringTerm> Terms => terms;

    public KeyringTerm Active { get; } = terms[^1];

    /// <summary>The term of that number, or null.</summary>
    public KeyringTerm? Find(uint number)
    {
        // Numbers without gaps are the rule, so the place is known; a ring with gaps is searched.
        var guess = (long)number - terms[0].Number;
        if (guess >= 0 && guess < terms.Length && terms[(int)guess].Number == number)
        {
            return terms[(int)guess];
        }

        foreach (var term in terms)
        {
            if (term.Number == number)
            {
                return term;
            }
        }

        return null;
    }
}
