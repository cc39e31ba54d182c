
namespace Coffer.Policies;

/// <summary>
/// Finds the longest of many texts that a path begins with: a binary search, then up the chain of texts that are prefixes of the
/// one found. No allocation.
/// </summary>
internal sealed class PrefixTable
{
    private readonly string[] _texts;
    private readonly int[] _parents;
    private readonly GrantedRule[] _rules;

    public PrefixTable(IEnumerable<KeyValuePair<string, GrantedRule>> entries)
    {
        var sorted = entries.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        _texts = Array.ConvertAll(sorted, entry => entry.Key);
        _rules = Array.ConvertAll(sorted, entry => entry.Value);
        _parents = new int[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            // The texts that are prefixes of this one are among the previous one and its own chain.
            var parent = i - 1;
            while (parent >= 0 && !_texts[i].StartsWith(_texts[parent], StringComparison.Ordinal))
            {
                parent = _parents[parent];
            }

            _parents[i] = parent;
        }
    }

    public GrantedRule? Longest(ReadOnlySpan<char> path)
    {
        var low = 0;
        var high = _texts.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (path.SequenceCompareTo(_texts[middle]) < 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        var found = low - 1;
        if (found < 0)
        {
            return null;
        }

        // All prefixes of the path in the table are prefixes of the text just before it, so only lengths need comparing.
        var common = path.CommonPrefixLength(_texts[found]);
        while (found >= 0 && _texts[found].Length > common)
        {
            found = _parents[found];
        }

        return found < 0 ? null : _rules[found];
    }
}
