using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Coffer.Hcl;

/// <summary>
/// Builds the tree of a JSON text (RFC 8259, strictly: no comments, no trailing commas): members become attributes. <see cref="HclObject.Blocks"/> sees blocks in them.
/// </summary>
internal ref struct JsonParser
{
    /// <summary>The budget says how deep a text may be nested, and says so better.</summary>
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = NodeBudget.DepthCeiling + 2 };

    private readonly ReadOnlySpan<byte> _text;
    private readonly NodeBudget _budget;
    private Utf8JsonReader _reader;
    private JsonPlace _place;

    /// <param name="text">In UTF-8, without a byte order mark; begins with an object.</param>
    public JsonParser(ReadOnlySpan<byte> text, HclLimits limits)
    {
        _text = text;
        _budget = new NodeBudget(limits);
        _reader = new Utf8JsonReader(text, Strict);
        _place = JsonPlace.Start;
    }

    public HclObject Parse()
    {
        Read(Next.Value);

        // As in HCL, the top level itself is not a level of nesting.
        _budget.Leave();
        var root = Object();

        // Fails where anything follows.
        Read(Next.End);
        return root;
    }

    private HclValue Value()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object();
            case JsonTokenType.StartArray:
                return List();
            default:
                var position = Position();
                _budget.Node(position);
                return _reader.TokenType switch
                {
                    JsonTokenType.String => new HclString(position, Text(position)),
                    JsonTokenType.Number => Numbers.Parse(Encoding.ASCII.GetString(_reader.ValueSpan), position),
                    JsonTokenType.Null => new HclNull(position),
                    _ => new HclBoolean(position, _reader.TokenType == JsonTokenType.True),
                };
        }
    }

    private HclObject Object()
    {
        var open = Open();
        var items = ImmutableArray.CreateBuilder<HclItem>();
        for (Read(Next.Key); _reader.TokenType == JsonTokenType.PropertyName; Read(Next.Key))
        {
            var position = Position();
            _budget.Node(position);
            var key = new HclKey(Text(position), position, Quoted: true);
            Read(Next.Value);
            items.Add(new HclItem(key, [], Value(), IsBlock: false));
        }

        _budget.Leave();
        return new HclObject(open, items.DrainToImmutable());
    }

    private HclList List()
    {
        var open = Open();
        var items = ImmutableArray.CreateBuilder<HclValue>();
        for (Read(Next.Item); _reader.TokenType != JsonTokenType.EndArray; Read(Next.Item))
        {
            items.Add(Value());
        }

        _budget.Leave();
        return new HclList(open, items.DrainToImmutable());
    }

    private HclPosition Open()
    {
        var position = Position();
        _budget.Node(position);
        _budget.Enter(position);
        return position;
    }

    private HclPosition Position()
    {
        _place = _place.MoveTo((int)_reader.TokenStartIndex, _text);
        return _place.Position;
    }

    private readonly string Text(HclPosition position)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new HclException(position, "half of a surrogate pair in a string, which is no character");
        }
    }

    private void Read(Next next)
    {
        var (last, end) = (_reader.TokenType, (int)_reader.BytesConsumed);
        try
        {
            _reader.Read();
        }
        catch (JsonException error)
        {
            throw Refuse(error, last, end, next);
        }
    }

    /// <summary>The reader's own messages quote the text, and a text may hold a secret.</summary>
    /// <param name="last">The last token that could be read.</param>
    /// <param name="end">Where that token ends, in bytes.</param>
    private readonly HclException Refuse(JsonException error, JsonTokenType last, int end, Next next)
    {
        var at = JsonPlace.Find((int)(error.LineNumber ?? 0), (int)(error.BytePositionInLine ?? 0), _text);
        var found = at.Index >= _text.Length ? new Quoted("the end of the text", "the end of the text") : new Quoted(at.Describe(_text), "a character");
        var before = _text[..at.Index].TrimEnd(" \t\r\n"u8);

        // What there is of the token that could not be read.
        var begun = before.Length > end ? before[end..].TrimStart(" \t\r\n,"u8) : [];
        var expected = ((char)(before.IsEmpty ? 0 : before[^1]), last, next) switch
        {
            (_, _, Next.End) => "the end of the text",
            ('{', _, Next.Key) => "a key in quotes, or '}'",
            ('[', _, Next.Item) => "a value, or ']'",
            (',', _, Next.Key) => "a key in quotes",
            (',', _, Next.Item) or (':', _, Next.Value) => "a value",
            ('"', _, Next.Key) when begun.Length > 1 => "':' after the key",
            (_, not JsonTokenType.StartObject, Next.Key) when begun.IsEmpty => "',' or '}'",
            (_, not JsonTokenType.StartArray, Next.Item) when begun.IsEmpty => "',' or ']'",
            _ => "JSON: a word is true, false or null, a number does not begin with 0, and a string ends with '\"' and has the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
        };
        return HclException.Quoting(at.Position, $"found {found}, expected {expected}");
    }

    /// <summary>What is read next.</summary>
    private enum Next
    {
        /// <summary>The value of a member.</summary>
        Value,

        /// <summary>A member, or the end of the object.</summary>
        Key,

        /// <summary>An element, or the end of the list.</summary>
        Item,

        /// <summary>Nothing.</summary>
        End,
    }
}
