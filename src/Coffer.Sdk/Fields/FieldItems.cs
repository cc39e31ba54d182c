using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Coffer.Sdk.Names;
using Coffer.Sdk.Primitives;
using Coffer.Text;

namespace Coffer.Sdk.Fields;

/// <summary>The values that policies compare, from what the parsers of <see cref="FieldParsers"/> answer. Each kind of field has its function here.</summary>
internal static class FieldItems
{
    /// <param name="defaultValue">What many handlers read for no text.</param>
    public static ImmutableArray<FieldItem> Text(string value, string defaultValue) =>
        value.Length > 0 || defaultValue.Length == 0 ? [OfText(value)] : [new(value, [defaultValue, .. OfText(defaultValue).Others])];

    public static ImmutableArray<FieldItem> FoldedName(string value) => [OfText(NameFold.Of(value))];

    public static ImmutableArray<FieldItem> Count(long value) => [new(value.ToString(CultureInfo.InvariantCulture), [])];

    public static ImmutableArray<FieldItem> Decimal(double value) => [new(value.ToString("R", CultureInfo.InvariantCulture), [])];

    public static ImmutableArray<FieldItem> Boolean(bool value) => value ? [new("true", ["1"])] : [new("false", ["0"])];

    /// <summary>Handlers that keep whole seconds drop the fraction.</summary>
    public static ImmutableArray<FieldItem> Duration(TimeSpan value) =>
        [new(GoDuration.Format(value), [((long)value.TotalSeconds).ToString(CultureInfo.InvariantCulture)])];

    public static ImmutableArray<FieldItem> DurationText(string value) =>
        FieldParsers.TryDurationText(value, out var duration) ? Duration(duration) : [OfText(value)];

    public static ImmutableArray<FieldItem> TextList(ImmutableArray<string> values) => [.. values.Select(OfText)];

    public static ImmutableArray<FieldItem> FoldedNames(ImmutableArray<string> values) => [.. values.Select(value => OfText(NameFold.Of(value)))];

    public static ImmutableArray<FieldItem> CountList(ImmutableArray<long> values) => [.. values.Select(value => Count(value)[0])];

    public static ImmutableArray<FieldItem> NetworkList(ImmutableArray<string> values) =>
        [.. values.Select(value => Cidr.TryParse(value, out var network) ? new FieldItem(network.ToString(), []) : OfText(value))];

    public static ImmutableArray<FieldItem> TextMap(ImmutableSortedDictionary<string, string> values) =>
        [.. values.Select(pair => Entry(pair.Key, OfText(pair.Value)))];

    /// <summary>Compared in the one canonical writing of base64.</summary>
    public static ImmutableArray<FieldItem> Bytes(ReadOnlyMemory<byte> value) => [new(Convert.ToBase64String(value.Span), [])];

    /// <summary>Policies cannot name values inside of records: no reading, so that a rule on the parameter judges it as a whole, as it is written.</summary>
    public static ImmutableArray<FieldItem> Records(ImmutableArray<FieldRecord> values) => default;

    /// <param name="value">An object, or <c>default</c>.</param>
    /// <param name="members">Fields that the handler reads in it; other members are compared as texts.</param>
    public static ImmutableArray<FieldItem> Object(JsonElement value, ImmutableArray<Field> members) => value.ValueKind != JsonValueKind.Object
        ? []
        : [.. value.EnumerateObject().SelectMany(property => Member(SafeText.NameOf(property), property.Value, members))];

    /// <summary>An entry as a policy writes it: <c>name=value</c>.</summary>
    public static ImmutableArray<FieldItem> EntryOf(string text, ImmutableArray<Field> members)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return [];
        }

        using var value = JsonDocument.Parse($"\"{JsonEncodedText.Encode(text[(equals + 1)..].Trim())}\"");
        return [.. Member(text[..equals].Trim(), value.RootElement, members)];
    }

    private static IEnumerable<FieldItem> Member(string name, JsonElement value, ImmutableArray<Field> members)
    {
        var field = members.FirstOrDefault(member => member.Name == name);
        var items = field?.Read(value) is { } reading ? reading.Items : [Loose(value)];
        return items.Select(item => Entry(name, item));
    }

    /// <summary>A value whose handler reads texts, and truth either as a word or as a number.</summary>
    private static FieldItem Loose(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => OfText(SafeText.Of(value)),
        JsonValueKind.True => new("true", ["1"]),
        JsonValueKind.False => new("false", ["0"]),
        JsonValueKind.Null => new("null", [""]),
        _ => OfText(value.GetRawText()),
    };

    private static FieldItem Entry(string name, FieldItem value)
    {
        // A name with an equals sign must not read as a shorter name with another value.
        var head = name.Contains('=', StringComparison.Ordinal) ? $"\0{name}" : name;
        var folded = NameFold.Of(head);
        return new FieldItem($"{head}={value.Value}", [.. value.Others.Add(value.Value).SelectMany<string, string>(other => [$"{head}={other}", $"{folded}={other}"]).Distinct(StringComparer.Ordinal)]);
    }

    private static FieldItem OfText(string value)
    {
        var folded = NameFold.Of(value);
        var (start, end) = (TextEnds.TrimStart(folded), TextEnds.TrimEnd(folded));
        return value == folded && start == value && end == value
            ? new FieldItem(value, [])
            : new FieldItem(value, [.. new[] { folded, start, end, TextEnds.Trim(folded) }.Distinct(StringComparer.Ordinal)]);
    }
}
