using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Coffer.Hcl;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Policies;

/// <summary>
/// A value that a policy allows or denies for a parameter. Types are strict: the string <c>true</c> is not the boolean. Strings
/// compare by case and may begin or end with <c>*</c>; numbers compare as numbers; lists and objects compare as a whole.
/// </summary>
public sealed class ParameterValue
{
    private readonly HclValue _value;

    internal ParameterValue(HclValue value) => _value = value;

    /// <summary>A single value as text; null for a list, an object, null, or a text with a wildcard.</summary>
    public string? Text => _value switch
    {
        HclString text when !text.Value.StartsWith('*') && !text.Value.EndsWith('*') => text.Value,
        HclBoolean truth => truth.Value ? "true" : "false",
        HclInteger number => number.Value.ToString(CultureInfo.InvariantCulture),
        HclFloat number => number.Value.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>Whether a value of a request is this one.</summary>
    public bool Matches(JsonElement value) => _value is HclString pattern
        ? value.ValueKind == JsonValueKind.String && Glob(pattern.Value, value.GetString()!)
        : Same(_value, value);

    /// <summary>Whether a text is this value.</summary>
    public bool MatchesText(string text) => _value is HclString pattern && Glob(pattern.Value, text);

    /// <summary>Whether a folded name is this value, which is folded for that.</summary>
    public bool MatchesFolded(string name) => _value is HclString pattern && Glob(NameFold.Of(pattern.Value), name);

    private static bool Glob(string pattern, string text)
    {
        var open = pattern.StartsWith('*');
        var close = pattern.EndsWith('*');
        return (open, close) switch
        {
            (true, true) when pattern.Length == 1 => true,
            (true, true) => text.Contains(pattern[1..^1], StringComparison.Ordinal),
            (true, false) => text.EndsWith(pattern[1..], StringComparison.Ordinal),
            (false, true) => text.StartsWith(pattern[..^1], StringComparison.Ordinal),
            _ => text == pattern,
        };
    }

    private static bool Same(HclValue expected, JsonElement value) => expected switch
    {
        HclString text => value.ValueKind == JsonValueKind.String && value.ValueEquals(text.Value),
        HclBoolean truth => value.ValueKind == (truth.Value ? JsonValueKind.True : JsonValueKind.False),
        HclNull => value.ValueKind == JsonValueKind.Null,
        HclInteger number => SameWhole(number.Value, value),
        HclFloat number => SameNumber(number.Value, value),
        HclList list => SameList(list.Items, value),
        HclObject body => SameObject(body, value),
        _ => false,
    };

    private static bool SameWhole(long expected, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number == expected;

    private static bool SameNumber(double expected, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
        && double.TryParse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number.Equals(expected);

    private static bool SameList(ImmutableArray<HclValue> expected, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != expected.Length)
        {
            return false;
        }

        var i = 0;
        foreach (var element in value.EnumerateArray())
        {
            if (!Same(expected[i++], element))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameObject(HclObject expected, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var count = 0;
        foreach (var member in value.EnumerateObject())
        {
            count++;
            if (expected.Find(member.Name) is not { } item || !Same(item.Value, member.Value))
            {
                return false;
            }
        }

        return count == expected.Items.Length;
    }
}
