using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Text;

namespace Coffer.Sdk.Fields;

/// <summary>A named, typed input of a path. Instances are compared by reference: declare each once, as a static.</summary>
public abstract class Field
{
    private protected Field(string name, string description, FieldKind kind)
    {
        Name = name;
        Description = description;
        Kind = kind;
    }

    /// <summary>As it is written in the request body, in snake_case.</summary>
    public string Name { get; }

    public string Description { get; }

    public FieldKind Kind { get; }

    /// <summary>Its values are names whose spelling does not count: <see cref="Names.NameFold"/>. Policies compare them folded.</summary>
    public bool Folds { get; init; }

    /// <summary>It takes several values: a list, a map or an object.</summary>
    public bool HoldsSeveral => Kind is FieldKind.TextList or FieldKind.CountList or FieldKind.NetworkList or FieldKind.TextMap or FieldKind.Object;

    /// <summary>Fields that it is another name of, mostly an old one. A value that is denied under one of the names is denied under all.</summary>
    public ImmutableArray<string> NewNames { get; private protected set; } = [];

    /// <summary>Never shown in help as a value, and masked by user interfaces.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Still accepted, no longer advised; shown so in help and OpenAPI.</summary>
    public bool IsDeprecated { get; init; }

    /// <summary>The default as help shows it.</summary>
    public abstract string DefaultText { get; }

    /// <summary>The fields that the handler of an object reads in it; empty where it takes any.</summary>
    public ImmutableArray<Field> Members { get; private init; } = [];

    /// <summary>What a handler reads where nothing was sent, or null.</summary>
    public abstract FieldReading DefaultReading { get; }

    /// <summary>What a handler would read in what was sent, as policies compare it. Null when it would be refused, and for records, which are compared as they are written.</summary>
    public abstract FieldReading? Read(JsonElement sent);

    /// <summary>As <see cref="Read"/>, of a value that a policy writes: one entry of an object may be written as <c>name=value</c>. Null when no handler would read it.</summary>
    public FieldReading? ReadRule(JsonElement value) => Kind == FieldKind.Object && value.ValueKind == JsonValueKind.String
        ? FieldItems.EntryOf(SafeText.Of(value), Members) is { IsEmpty: false } entry ? new FieldReading(entry, written: null) : null
        : Read(value);

    /// <summary>Converts what the client sent, as leniently as Vault does.</summary>
    /// <returns>False when it cannot be understood; <paramref name="problem"/> then says what is expected, without repeating the value.</returns>
    internal abstract bool TryParse(JsonElement value, out object? parsed, out string problem);

    /// <summary>Overwrites a value that the request does not need any more, where it holds bytes.</summary>
    internal static void Clear(object? parsed)
    {
        switch (parsed)
        {
            case ReadOnlyMemory<byte> bytes:
                ByteParser.Clear(bytes);
                break;
            case ImmutableArray<FieldRecord> records:
                foreach (var record in records)
                {
                    record.Clear();
                }

                break;
        }
    }

    /// <summary>Text. Numbers and booleans are taken as written.</summary>
    public static Field<string> Text(string name, string description, string defaultValue = "") =>
        new(name, description, FieldKind.Text, defaultValue, FieldParsers.Text, value => FieldItems.Text(value, defaultValue));

    /// <summary>Text that must not be seen: a password, a key.</summary>
    public static Field<string> Secret(string name, string description) =>
        new(name, description, FieldKind.Text, "", FieldParsers.Text, value => FieldItems.Text(value, "")) { IsSecret = true };

    /// <summary>A name whose spelling does not count; see <see cref="Folds"/>. The value is as it was sent.</summary>
    public static Field<string> FoldedName(string name, string description) =>
        new(name, description, FieldKind.Text, "", FieldParsers.Text, FieldItems.FoldedName) { Folds = true };

    /// <summary>Names whose spelling does not count; see <see cref="Folds"/>. The values are as they were sent, trimmed.</summary>
    public static Field<ImmutableArray<string>> FoldedNames(string name, string description) =>
        new(name, description, FieldKind.TextList, [], FieldParsers.TextList, FieldItems.FoldedNames) { Folds = true };

    /// <summary>A whole number: <c>7</c>, <c>"7"</c>.</summary>
    public static Field<long> Integer(string name, string description, long defaultValue = 0) =>
        new(name, description, FieldKind.Count, defaultValue, FieldParsers.Count, FieldItems.Count);

    /// <summary>A number that may have a fraction: <c>2.5</c>, <c>"2.5"</c>, <c>"5e4"</c>.</summary>
    public static Field<double> Decimal(string name, string description, double defaultValue = 0) =>
        new(name, description, FieldKind.Decimal, defaultValue, FieldParsers.Decimal, FieldItems.Decimal);

    /// <summary>True or false: <c>true</c>, <c>"true"</c>, <c>1</c>.</summary>
    public static Field<bool> Boolean(string name, string description, bool defaultValue = false) =>
        new(name, description, FieldKind.Boolean, defaultValue, FieldParsers.Boolean, FieldItems.Boolean);

    /// <summary>A duration: seconds as a number, or text such as <c>90s</c>, <c>1h30m</c>, <c>7d</c>. Not negative.</summary>
    public static Field<TimeSpan> Duration(string name, string description, TimeSpan defaultValue = default) =>
        new(name, description, FieldKind.Duration, defaultValue, FieldParsers.Duration, FieldItems.Duration);

    /// <summary>A duration that may be negative.</summary>
    public static Field<TimeSpan> SignedDuration(string name, string description, TimeSpan defaultValue = default) =>
        new(name, description, FieldKind.Duration, defaultValue, FieldParsers.SignedDuration, FieldItems.Duration);

    /// <summary>Text that the handler reads as a duration, or as the word <c>system</c> for that of the system, which zero and no text mean as well.</summary>
    public static Field<string> DurationText(string name, string description) =>
        new(name, description, FieldKind.DurationText, "", FieldParsers.Text, FieldItems.DurationText);

    /// <summary>Texts: a JSON list, or one text with commas. Trimmed; empties dropped.</summary>
    public static Field<ImmutableArray<string>> TextList(string name, string description) =>
        new(name, description, FieldKind.TextList, [], FieldParsers.TextList, FieldItems.TextList);

    /// <summary>Whole numbers: a JSON list, one number, or one text with commas.</summary>
    public static Field<ImmutableArray<long>> CountList(string name, string description) =>
        new(name, description, FieldKind.CountList, [], FieldParsers.CountList, FieldItems.CountList);

    /// <summary>Networks and addresses, sent as texts are. The values are as they were sent, trimmed; see <see cref="Primitives.Cidr"/>.</summary>
    public static Field<ImmutableArray<string>> NetworkList(string name, string description) =>
        new(name, description, FieldKind.NetworkList, [], FieldParsers.TextList, FieldItems.NetworkList);

    /// <summary>Text by name: a JSON object, or a list of <c>key=value</c>.</summary>
    public static Field<ImmutableSortedDictionary<string, string>> TextMap(string name, string description) =>
        new(name, description, FieldKind.TextMap, FieldParsers.NoText, FieldParsers.TextMap, FieldItems.TextMap);

    /// <summary>
    /// Bytes, sent in base64 (RFC 4648, section 4): read from the request's own bytes into memory that is cleared when the request ends. A handler that keeps them
    /// longer copies them. Empty when absent.
    /// </summary>
    public static Field<ReadOnlyMemory<byte>> Bytes(string name, string description) =>
        new(name, description, FieldKind.Bytes, default, ByteParser.TryParse, FieldItems.Bytes);

    /// <summary>A list of records, each an object with fields of its own. A record that cannot be read says so itself, and does not keep the others from being served.</summary>
    /// <param name="name">As of any field.</param>
    /// <param name="description">As of any field.</param>
    /// <param name="fields">What each record may hold; other names in it are passed over.</param>
    public static Field<ImmutableArray<FieldRecord>> Records(string name, string description, params ImmutableArray<Field> fields) =>
        new(name, description, FieldKind.Records, [], (JsonElement value, out ImmutableArray<FieldRecord> parsed, out string problem) => FieldParsers.Records(fields, value, out parsed, out problem), FieldItems.Records)
        {
            Members = fields,
        };

    /// <summary>A JSON object as it was sent. Valid only while the request runs; <c>default</c> when absent.</summary>
    /// <param name="members">The fields that the handler reads in it, so that policies compare them as it reads them; none where it takes any.</param>
    public static Field<JsonElement> Object(string name, string description, params ImmutableArray<Field> members) =>
        new(name, description, FieldKind.Object, default, FieldParsers.Object, value => FieldItems.Object(value, members)) { Members = members };
}

/// <summary>What a field holds, for help, OpenAPI and forms.</summary>
public enum FieldKind
{
    Text,
    Count,
    Boolean,
    Duration,
    TextList,
    CountList,
    TextMap,
    Bytes,
    Records,
    Object,
    Decimal,
    DurationText,
    NetworkList,
}

/// <summary>A field whose values are of type <typeparamref name="T"/>: also the key that a handler reads it with.</summary>
public sealed class Field<T> : Field
{
    private readonly FieldParser<T> _parser;
    private readonly Func<T, ImmutableArray<FieldItem>> _items;
    private readonly object? _default;

    internal Field(string name, string description, FieldKind kind, T defaultValue, FieldParser<T> parser, Func<T, ImmutableArray<FieldItem>> items)
        : base(name, description, kind)
    {
        Default = defaultValue;
        _default = defaultValue;
        _parser = parser;
        _items = items;
    }

    /// <summary>What <see cref="FieldValues.Get{T}"/> answers when the client sent nothing.</summary>
    public T Default { get; }

    public override string DefaultText => _default switch
    {
        null => "",
        TimeSpan span => GoDuration.Format(span),
        bool or long or double => _default.ToString()!.ToLowerInvariant(),
        string text => text,
        _ => "",
    };

    /// <summary>Says that this is another name of these fields; see <see cref="Field.NewNames"/>. For use where it is declared.</summary>
    public Field<T> OldNameOf(params ReadOnlySpan<Field> fields)
    {
        foreach (var field in fields)
        {
            NewNames = NewNames.Add(field.Name);
        }

        return this;
    }

    public override FieldReading DefaultReading => new(_items(Default) is { IsDefault: false } items ? items : [], written: null);

    public override FieldReading? Read(JsonElement sent)
    {
        if (!_parser(sent, out var value, out _))
        {
            return null;
        }

        var items = _items(value);
        if (items.IsDefault)
        {
            return null;
        }

        var isOne = sent.ValueKind == JsonValueKind.String && (!HoldsSeveral || items.IsEmpty);
        return new FieldReading(items, isOne ? SafeText.Of(sent) : null);
    }

    internal override bool TryParse(JsonElement value, out object? parsed, out string problem)
    {
        var ok = _parser(value, out var typed, out problem);
        parsed = typed;
        return ok;
    }
}

internal delegate bool FieldParser<T>(JsonElement value, out T parsed, out string problem);
