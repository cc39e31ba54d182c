using System.Collections.Immutable;

namespace Coffer.Sdk.Fields;

/// <summary>What a field makes of a value, as policies compare it: however the value was written, what a handler reads as the same is the same here.</summary>
public sealed class FieldReading
{
    internal FieldReading(ImmutableArray<FieldItem> items, string? written)
    {
        Items = items;
        Written = written;
    }

    /// <summary>Each value that a handler would find: one for a single value, the elements of a list, the entries of a map.</summary>
    public ImmutableArray<FieldItem> Items { get; }

    /// <summary>The text as it was sent, where it is one text and stands for one value or none, so that a wildcard may be held against it; else null.</summary>
    public string? Written { get; }

    /// <summary>Whether both are the same values in the same order.</summary>
    public bool IsSameAs(FieldReading other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Items.Select(item => item.Value).SequenceEqual(other.Items.Select(item => item.Value), StringComparer.Ordinal);
    }
}

/// <summary>One value of a <see cref="FieldReading"/>.</summary>
/// <param name="Value">Its canonical text: equal for two values that a handler reads as the same.</param>
/// <param name="Others">
/// Texts of what some handlers take for the same: without blanks and slashes at its ends, in another case, without fractions of a second. Enough to deny
/// a value, not to allow it.
/// </param>
public readonly record struct FieldItem(string Value, ImmutableArray<string> Others)
{
    /// <summary>Whether a handler may take both for the same.</summary>
    public bool MayBe(FieldItem other)
    {
        if (Value == other.Value || other.Others.Contains(Value, StringComparer.Ordinal))
        {
            return true;
        }

        foreach (var text in Others)
        {
            if (text == other.Value || other.Others.Contains(text, StringComparer.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
