using System.Collections.Immutable;
using System.Text.Json;

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

    /// <summary>As it stands in the request body, in snake_case.</summary>
    public string Name { get; }

    public string Description { get; }

    public FieldKind Kind { get; }

    /// <summary>Its values are names whose spelling does not count: <see cref="Engines.NameFold"/>. Policies compare them folded.</summary>
    public bool Folds { get; init; }

    /// <summary>It takes several values, also as one text with commas.</summary>
    public bool HoldsSeveral => Kind is FieldKind.TextList or FieldKind.CountList;

    /// <summary>The fields of each record, where it holds records; else empty.</summary>
    public ImmutableArray<Field> Fields { get; init; } = [];

    /// <summary>Never shown in help as a value, and masked by user interfaces.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Still accepted, no longer advised; shown so in help and OpenAPI.</summary>
    public bool IsDeprecated { get; init; }

    /// <summary>The default as help shows it.</summary>
    public abstract string DefaultText { get; }

    /// <summary>
    /// Whether a handler would read what was sent as it would read this text, although both may be written differently: <c>1</c> and <c>"true"</c>,
    /// <c>60m</c> and <c>3600</c>. For booleans, numbers and durations; false for every other kind.
    /// </summary>
    public bool ReadsAs(JsonElement sent, string text)
    {
        if (Kind is not (FieldKind.Boolean or FieldKind.Count or FieldKind.Duration) || !TryParse(sent, out var value, out _))
        {
            return false;
        }

        using var quoted = JsonDocument.Parse($"\"{JsonEncodedText.Encode(text)}\"");
        return TryParse(quoted.RootElement, out var other, out _) && Equals(value, other);
    }

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
        new(name, description, FieldKind.Text, defaultValue, FieldParsers.Text);

    /// <summary>Text that must not be seen: a password, a key.</summary>
    public static Field<string> Secret(string name, string description) =>
        new(name, description, FieldKind.Text, "", FieldParsers.Text) { IsSecret = true };

    /// <summary>A name whose spelling does not count; see <see cref="Folds"/>. The value is as it was sent.</summary>
    public static Field<string> FoldedName(string name, string description) =>
        new(name, description, FieldKind.Text, "", FieldParsers.Text) { Folds = true };

    /// <summary>Names whose spelling does not count; see <see cref="Folds"/>. The values are as they were sent, trimmed.</summary>
    public static Field<ImmutableArray<string>> FoldedNames(string name, string description) =>
        new(name, description, FieldKind.TextList, [], FieldParsers.TextList) { Folds = true };

    /// <summary>A whole number: <c>7</c>, <c>"7"</c>.</summary>
    public static Field<long> Integer(string name, string description, long defaultValue = 0) =>
        new(name, description, FieldKind.Count, defaultValue, FieldParsers.Count);

    /// <summary>True or false: <c>true</c>, <c>"true"</c>, <c>1</c>.</summary>
    public static Field<bool> Boolean(string name, string description, bool defaultValue = false) =>
        new(name, description, FieldKind.Boolean, defaultValue, FieldParsers.Boolean);

    /// <summary>A duration: seconds as a number, or text such as <c>90s</c>, <c>1h30m</c>, <c>7d</c>. Not negative.</summary>
    public static Field<TimeSpan> Duration(string name, string description, TimeSpan defaultValue = default) =>
        new(name, description, FieldKind.Duration, defaultValue, FieldParsers.Duration);

    /// <summary>A duration that may be negative.</summary>
    public static Field<TimeSpan> SignedDuration(string name, string description, TimeSpan defaultValue = default) =>
        new(name, description, FieldKind.Duration, defaultValue, FieldParsers.SignedDuration);

    /// <summary>Texts: a JSON list, or one text with commas. Trimmed; empties dropped.</summary>
    public static Field<ImmutableArray<string>> TextList(string name, string description) =>
        new(name, description, FieldKind.TextList, [], FieldParsers.TextList);

    /// <summary>Whole numbers: a JSON list, one number, or one text with commas.</summary>
    public static Field<ImmutableArray<long>> CountList(string name, string description) =>
        new(name, description, FieldKind.CountList, [], FieldParsers.CountList);

    /// <summary>Text by name: a JSON object, or a list of <c>key=value</c>.</summary>
    public static Field<ImmutableSortedDictionary<string, string>> TextMap(string name, string description) =>
        new(name, description, FieldKind.TextMap, FieldParsers.NoText, FieldParsers.TextMap);

    /// <summary>
    /// Bytes, sent in base64 (RFC 4648, section 4): read from the request's own bytes into memory that is cleared when the request ends. A handler that keeps them
    /// longer copies them. Empty when absent.
    /// </summary>
    public static Field<ReadOnlyMemory<byte>> Bytes(string name, string description) =>
        new(name, description, FieldKind.Bytes, default, ByteParser.TryParse);

    /// <summary>A list of records, each an object with fields of its own. A record that cannot be read says so itself, and does not keep the others from being served.</summary>
    /// <param name="name">As of any field.</param>
    /// <param name="description">As of any field.</param>
    /// <param name="fields">What each record may hold; other names in it are passed over.</param>
    public static Field<ImmutableArray<FieldRecord>> Records(string name, string description, params ImmutableArray<Field> fields) =>
        new(name, description, FieldKind.Records, [], (JsonElement value, out ImmutableArray<FieldRecord> parsed, out string problem) => FieldParsers.Records(fields, value, out parsed, out problem))
        {
            Fields = fields,
        };

    /// <summary>A JSON object as it was sent. Valid only while the request runs; <c>default</c> when absent.</summary>
    public static Field<JsonElement> Object(string name, string description) =>
        new(name, description, FieldKind.Object, default, FieldParsers.Object);

    /// <summary>Any JSON value as it was sent. Valid only while the request runs; <c>default</c> when absent.</summary>
    public static Field<JsonElement> Any(string name, string description) =>
        new(name, description, FieldKind.Any, default, FieldParsers.Any);
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
    Any,
}

/// <summary>A field whose values are of type <typeparamref name="T"/>: also the key that a handler reads it with.</summary>
public sealed class Field<T> : Field
{
    private readonly FieldParser<T> _parser;
    private readonly object? _default;

    internal Field(string name, string description, FieldKind kind, T defaultValue, FieldParser<T> parser)
        : base(name, description, kind)
    {
        Default = defaultValue;
        _default = defaultValue;
        _parser = parser;
    }

    /// <summary>What <see cref="FieldValues.Get{T}"/> answers when the client sent nothing.</summary>
    public T Default { get; }

    public override string DefaultText => _default switch
    {
        null => "",
        TimeSpan span => GoDuration.Format(span),
        bool or long => _default.ToString()!.ToLowerInvariant(),
        string text => text,
        _ => "",
    };

    internal override bool TryParse(JsonElement value, out object? parsed, out string problem)
    {
        var ok = _parser(value, out var typed, out problem);
        parsed = typed;
        return ok;
    }
}

internal delegate bool FieldParser<T>(JsonElement value, out T parsed, out string problem);
