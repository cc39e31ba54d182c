using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Coffer.Kernel;
using Coffer.Server.Configuration;

namespace Coffer.Server.Http.Bodies;

/// <summary>Request bodies: a JSON object, or a form where a client says so.</summary>
internal static class BodyText
{
    // A name that occurs twice could be one thing to the policies and another to the engine.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Limits.JsonDepthMax, AllowDuplicateProperties = false };

    /// <summary>A form is only what says it is one and does not begin like JSON: that is how Vault tells them apart.</summary>
    public static bool IsForm(ReadOnlySpan<byte> body, string? contentType) =>
        contentType is not null
        && contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        && body[0] is not ((byte)'{' or (byte)'[');

    /// <summary>A content type that is neither JSON's nor a form's, in lower case and without parameters; null for those two and for none.</summary>
    public static string? OtherType(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return null;
        }

        var type = contentType.Split(';', 2)[0].Trim().ToLowerInvariant();
        return type is "" or "application/json" or "application/merge-patch+json" or "application/x-www-form-urlencoded" ? null : type;
    }

    /// <summary>A body that is not parsed, as policies and the audit log see it.</summary>
    public static JsonDocument Show(string contentType, ReadOnlySpan<byte> body)
    {
        var buffer = new ArrayBufferWriter<byte>(body.Length * 4 / 3 + 128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("http_content_type", contentType);
            json.WriteBase64String("http_raw_body", body);
            json.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.WrittenMemory);
    }

    public static bool TryForm(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out JsonDocument? form)
    {
        form = null;
        if (!Utf8.IsValid(body.Span) || !QueryText.TryParse(Encoding.UTF8.GetString(body.Span), out var parameters, out _))
        {
            return false;
        }

        // A field that occurs twice is one text with commas, as every list may be written.
        form = QueryText.ToJson(parameters.ToDictionary(field => field.Key, field => (List<string>)[string.Join(',', field.Value)], StringComparer.Ordinal));
        return true;
    }

    /// <summary>Parses an object; its depth and the number of its values are bounded before anything is built.</summary>
    /// <param name="document">Null for an empty body and for <c>null</c>.</param>
    public static bool TryJson(ReadOnlyMemory<byte> body, JsonBounds bounds, out JsonDocument? document, out string problem)
    {
        document = null;
        problem = "error parsing JSON";
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            problem = "";
            return true;
        }

        try
        {
            problem = HoldsMoreThan(body.Span, Limits.JsonValuesMax) ? $"error parsing JSON: more than {Limits.JsonValuesMax} values" : "";
            if (problem.Length > 0 || !IsText(body.Span, out problem) || !JsonShape.IsWithin(body.Span, bounds, out problem))
            {
                return false;
            }

            document = JsonDocument.Parse(body, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return true;
            }

            var isNull = document.RootElement.ValueKind == JsonValueKind.Null;
            document.Dispose();
            document = null;
            problem = "error parsing JSON";
            return isNull;
        }
        catch (JsonException)
        {
            // The exception's own words quote the input, which may be a secret.
            document = null;
            problem = IsJson(body.Span) ? "error parsing JSON: a name occurs twice in one object" : "error parsing JSON";
            return false;
        }
    }

    /// <summary>Whether a body is JSON of more values than this: objects, arrays, texts, numbers, true, false and null. Nothing is built.</summary>
    public static bool HoldsMoreThan(ReadOnlySpan<byte> body, int valuesMax)
    {
        // A value takes a byte, and another one that parts it from the next.
        if (body.Length <= 2L * valuesMax)
        {
            return false;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Limits.JsonDepthMax });
        try
        {
            for (var values = 0; reader.Read();)
            {
                if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject) && ++values > valuesMax)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // Up to here it had no more. A form is counted as a form, and what is no JSON is refused when it is parsed.
        }

        return false;
    }

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Limits.JsonDepthMax });
            while (reader.Read())
            {
                // Only whether it can be read to the end is asked.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// The JSON reader takes bytes that are no UTF-8 and escapes that are half of a surrogate pair, and throws where somebody later asks for the
    /// text: so they are refused here.
    /// </summary>
    private static bool IsText(ReadOnlySpan<byte> body, out string problem)
    {
        problem = Utf8.IsValid(body) ? "" : "error parsing JSON: the body is not UTF-8";
        if (problem.Length > 0 || (body.IndexOf("\\ud"u8) < 0 && body.IndexOf("\\uD"u8) < 0))
        {
            return problem.Length == 0;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Limits.JsonDepthMax });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            problem = "error parsing JSON: an escape is half of a surrogate pair";
            return false;
        }
    }
}
