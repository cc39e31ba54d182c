using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Coffer.Hcl;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Names;

namespace Coffer.Policies;

/// <summary>
/// A value that a policy allows or denies for a parameter. Where a path declares a field for the parameter, the field's own parser reads both, and what it
/// reads is compared. Elsewhere types are strict: the string <c>true</c> is not the boolean; numbers compare as numbers, lists and objects as a whole.
/// A string may begin or end with <c>*</c>.
/// </summary>
public sealed class ParameterValue
{
    private readonly HclValue _value;
    private Tuple<Field, FieldReading?>? _read;

    internal ParameterValue(HclValue value) => _value = value;

    /// <summary>Whether it begins or ends with a wildcard, and so matches many values.</summary>
    internal bool IsPattern => Pattern is not null;

    private string? Pattern => _value is HclString text && (text.Value.StartsWith('*') || text.Value.EndsWith('*')) ? text.Value : null;

    /// <summary>Whether a value of a request equals this one or matches its pattern, both as they are written.</summary>
    public bool Matches(JsonElement value) => _value is HclString pattern
        ? value.ValueKind == JsonValueKind.String && Glob(pattern.Value, SafeText.Of(value))
        : Same(_value, value);

    /// <summary>Whether what a field read contains this value in any spelling. A value of several parts is contained when each part is.</summary>
    public bool IsHeldBy(Field field, FieldReading sent)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(sent);
        if (Pattern is { } pattern)
        {
            var patterns = LoosePatterns(Own(pattern, field));
            return sent.Items.Any(item => patterns.Any(each => Glob(each, item.Value) || item.Others.Any(other => Glob(each, other))))
                || (sent.Written is { } written && Glob(pattern, written));
        }

        return Read(field) is { } own && (own.Items.IsEmpty ? sent.Items.IsEmpty : own.Items.All(part => sent.Items.Any(part.MayBe)));
    }

    /// <summary>Whether the whole of what a field read equals this value. A pattern is compared with the text as it was sent, so it never matches what has no such text.</summary>
    public bool IsWhole(Field field, FieldReading sent)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(sent);
        return Pattern is { } pattern ? sent.Written is { } written && Glob(Own(pattern, field), Own(written, field)) : Read(field) is { } own && own.IsSameAs(sent);
    }

    /// <summary>Whether one of the values that a field read equals this value exactly.</summary>
    public bool IsValue(Field field, FieldItem item)
    {
        ArgumentNullException.ThrowIfNull(field);
        return Pattern is { } pattern ? Glob(Own(pattern, field), item.Value) : Read(field) is { Items: [var own] } && own.Value == item.Value;
    }

    /// <summary>A text in the form of the field's values: folded where the field folds, and without blanks around the sign of <c>name=value</c> where its values are entries.</summary>
    private static string Own(string text, Field field)
    {
        if (field.Folds)
        {
            return NameFold.Of(text);
        }

        var equals = field.Kind is FieldKind.TextMap or FieldKind.Object ? text.IndexOf('=', StringComparison.Ordinal) : -1;
        return equals < 0 ? text : text[..equals].TrimEnd() + "=" + text[(equals + 1)..].TrimStart();
    }

    /// <summary>The pattern as it is written, with its case folded, and without the blanks and slashes at an end that has no wildcard.</summary>
    private static string[] LoosePatterns(string pattern)
    {
        var folded = NameFold.Case(pattern);
        return [pattern, folded, pattern.EndsWith('*') ? TextEnds.TrimStart(folded) : TextEnds.TrimEnd(folded)];
    }

    /// <summary>The value as a field reads it; null where the field refuses it. The last reading is kept, because most rules are compared with one field only.</summary>
    private FieldReading? Read(Field field)
    {
        if (_read is { } last && ReferenceEquals(last.Item1, field))
        {
            return last.Item2;
        }

        using var json = JsonDocument.Parse(PolicyJson.Of(_value));
        var reading = field.ReadRule(json.RootElement);
        _read = Tuple.Create(field, reading);
        return reading;
    }

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
