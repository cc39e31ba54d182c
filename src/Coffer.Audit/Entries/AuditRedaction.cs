using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Coffer.Audit.Entries;

/// <summary>Copies JSON into an entry as a stream of tokens, hashing every text value on the way. Names, numbers, booleans and null stay.</summary>
public static class AuditRedaction
{
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = AuditLimits.JsonDepthMax };

    /// <param name="json">One JSON value.</param>
    /// <param name="hash">Null: nothing is hashed.</param>
    /// <param name="clear">Names whose texts stay readable, at any depth; lists directly below them as well.</param>
    /// <param name="elide">At the first level, <c>keys</c> and <c>key_info</c> become how many there are.</param>
    public static void Copy(ReadOnlySpan<byte> json, Utf8JsonWriter to, AuditHash? hash, ImmutableArray<string> clear, bool elide)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        var outer = new Stack<bool>();
        var readable = false;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    outer.Push(readable);
                    readable = false;
                    to.WriteStartObject();
                    break;
                case JsonTokenType.StartArray:
                    outer.Push(readable);
                    to.WriteStartArray();
                    break;
                case JsonTokenType.EndObject:
                    readable = outer.Pop();
                    to.WriteEndObject();
                    break;
                case JsonTokenType.EndArray:
                    readable = outer.Pop();
                    to.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    readable = IsClear(ref reader, clear);
                    WriteText(ref reader, to, hash: null, asName: true);
                    if (elide && reader.CurrentDepth == 1 && (reader.ValueTextEquals("keys"u8) || reader.ValueTextEquals("key_info"u8)))
                    {
                        Elide(ref reader, to, hash);
                    }

                    break;
                case JsonTokenType.String:
                    WriteText(ref reader, to, readable ? null : hash, asName: false);
                    break;
                case JsonTokenType.Number:
                    to.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    to.WriteBooleanValue(reader.TokenType == JsonTokenType.True);
                    break;
                case JsonTokenType.Null:
                    to.WriteNullValue();
                    break;
            }
        }
    }

    /// <summary>Writes how many members the next value has, in its place.</summary>
    private static void Elide(ref Utf8JsonReader reader, Utf8JsonWriter to, AuditHash? hash)
    {
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                WriteText(ref reader, to, hash, asName: false);
            }
            else
            {
                to.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
            }

            return;
        }

        var depth = reader.CurrentDepth;
        var count = 0;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.CurrentDepth == depth + 1 && reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray))
            {
                count++;
            }
        }

        to.WriteNumberValue(count);
    }

    private static bool IsClear(ref Utf8JsonReader reader, ImmutableArray<string> clear)
    {
        if (clear.IsDefaultOrEmpty)
        {
            return false;
        }

        foreach (var name in clear)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteText(ref Utf8JsonReader reader, Utf8JsonWriter to, AuditHash? hash, bool asName)
    {
        if (!reader.ValueIsEscaped)
        {
            Write(reader.ValueSpan, to, hash, asName);
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            Write(rented.AsSpan(0, Unescape(ref reader, rented)), to, hash, asName);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    private static int Unescape(ref Utf8JsonReader reader, byte[] into)
    {
        try
        {
            return reader.CopyString(into);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is no text in UTF-8: the escapes themselves stand for it, so that the request can be recorded.
            reader.ValueSpan.CopyTo(into);
            return reader.ValueSpan.Length;
        }
    }

    private static void Write(ReadOnlySpan<byte> value, Utf8JsonWriter to, AuditHash? hash, bool asName)
    {
        if (asName)
        {
            to.WritePropertyName(value);
        }
        else if (hash is null)
        {
            to.WriteStringValue(value);
        }
        else
        {
            Span<byte> text = stackalloc byte[AuditHash.TextBytes];
            hash.Write(value, text);
            to.WriteStringValue(text);
        }
    }
}
