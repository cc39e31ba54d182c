using System.Collections.Frozen;

namespace Coffer.Aws.Policies;

/// <summary>A condition's operator, taken apart: <c>ForAnyValue:StringLikeIfExists</c> is StringLike on any value, if the key exists.</summary>
/// <param name="Name">Without prefix and suffix, such as <c>StringLike</c>; letter case does not matter.</param>
/// <param name="Values">How many of the request's values have to match.</param>
/// <param name="IfExists">A request without the key fulfils the condition.</param>
internal readonly record struct ConditionOperator(string Name, ConditionValues Values, bool IfExists)
{
    private const string AnyPrefix = "ForAnyValue:";
    private const string AllPrefix = "ForAllValues:";
    private const string ExistsSuffix = "IfExists";

    /// <summary>Asks only whether the key is there; takes no <c>IfExists</c>.</summary>
    public const string Null = "Null";

    /// <summary>Every operator of the language.</summary>
    public static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
        "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
        "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
        "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", Null);

    public bool IsNull => Name.Equals(Null, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the language has it.</summary>
    public bool IsKnown => Names.Contains(Name) && !(IfExists && IsNull);

    /// <summary>Takes any text apart; ask <see cref="IsKnown"/> whether it is an operator.</summary>
    public static ConditionOperator Of(string text)
    {
        var values = ConditionValues.One;
        if (text.StartsWith(AnyPrefix, StringComparison.OrdinalIgnoreCase))
        {
            (values, text) = (ConditionValues.Any, text[AnyPrefix.Length..]);
        }
        else if (text.StartsWith(AllPrefix, StringComparison.OrdinalIgnoreCase))
        {
            (values, text) = (ConditionValues.All, text[AllPrefix.Length..]);
        }

        var ifExists = text.EndsWith(ExistsSuffix, StringComparison.OrdinalIgnoreCase);
        return new ConditionOperator(ifExists ? text[..^ExistsSuffix.Length] : text, values, ifExists);
    }
}

/// <summary>How a condition looks at a key that may have several values.</summary>
internal enum ConditionValues
{
    /// <summary>The key is expected to have one value.</summary>
    One,

    /// <summary>One of the values has to match.</summary>
    Any,

    /// <summary>All values have to match, and none at all does as well.</summary>
    All,
}
