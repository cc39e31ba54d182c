using System.Globalization;
using System.Text.Json;
using Coffer.Sdk.Fields;

namespace Coffer.Kernel.OpenApi;

/// <summary>Fields as OpenAPI parameters, request bodies and schemas.</summary>
internal static class OpenApiSchema
{
    /// <summary>The <c>parameters</c> of a path or an operation; nothing for none.</summary>
    /// <param name="isList">Adds the one that makes a read a listing.</param>
    public static void WriteParameters(Utf8JsonWriter json, IEnumerable<(string Name, string Place, Field? Field)> parameters, bool isList = false)
    {
        var all = parameters.ToArray();
        if (all.Length == 0 && !isList)
        {
            return;
        }

        json.WriteStartArray("parameters");
        if (isList)
        {
            WriteListParameter(json);
        }

        foreach (var (name, place, field) in all)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("description", field is { Description.Length: > 0 } ? field.Description : $"The \"{name}\" part of the path.");
            json.WriteString("in", place);
            if (place == "path")
            {
                json.WriteBoolean("required", true);
            }

            json.WriteStartObject("schema");
            if (place == "path")
            {
                json.WriteString("type", "string");
            }
            else
            {
                WriteType(json, field!);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteBody(Utf8JsonWriter json, string contentType, IEnumerable<Field> fields)
    {
        json.WriteStartObject("requestBody");
        json.WriteStartObject("content");
        json.WriteStartObject(contentType);
        json.WriteStartObject("schema");
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var field in fields)
        {
            json.WriteStartObject(field.Name);
            WriteType(json, field);
            json.WriteString("description", field.Description);
            if (field.IsDeprecated)
            {
                json.WriteBoolean("deprecated", true);
            }

            if (field.IsSecret)
            {
                json.WriteStartObject("x-vault-displayAttrs");
                json.WriteBoolean("sensitive", true);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteListParameter(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", "list");
        json.WriteString("description", "Must be true: it makes this a listing.");
        json.WriteString("in", "query");
        json.WriteBoolean("required", true);
        json.WriteStartObject("schema");
        json.WriteString("type", "string");
        json.WriteStartArray("enum");
        json.WriteStringValue("true");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, Field field)
    {
        switch (field.Kind)
        {
            case FieldKind.Text or FieldKind.DurationText:
                json.WriteString("type", "string");
                break;
            case FieldKind.Count:
                json.WriteString("type", "integer");
                break;
            case FieldKind.Boolean:
                json.WriteString("type", "boolean");
                break;
            case FieldKind.Duration:
                json.WriteString("type", "string");
                json.WriteString("format", "duration");
                break;
            case FieldKind.TextList or FieldKind.NetworkList:
                WriteArray(json, "string");
                break;
            case FieldKind.CountList:
                WriteArray(json, "integer");
                break;
            case FieldKind.TextMap:
                json.WriteString("type", "object");
                json.WriteString("format", "kvpairs");
                break;
            case FieldKind.Bytes:
                json.WriteString("type", "string");
                json.WriteString("format", "byte");
                break;
            case FieldKind.Records:
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                json.WriteString("type", "object");
                json.WriteStartObject("properties");
                foreach (var part in field.Members)
                {
                    json.WriteStartObject(part.Name);
                    json.WriteString("description", part.Description);
                    WriteType(json, part);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case FieldKind.Object:
                json.WriteString("type", "object");
                json.WriteString("format", "map");
                break;
            case FieldKind.Decimal:
                json.WriteString("type", "number");
                json.WriteString("format", "float");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field), field.Kind, "a kind of field without a schema");
        }

        WriteDefault(json, field);
    }

    private static void WriteArray(Utf8JsonWriter json, string type)
    {
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        json.WriteString("type", type);
        json.WriteEndObject();
    }

    private static void WriteDefault(Utf8JsonWriter json, Field field)
    {
        if (field.DefaultText.Length == 0)
        {
            return;
        }

        switch (field.Kind)
        {
            case FieldKind.Count:
                json.WriteNumber("default", long.Parse(field.DefaultText, CultureInfo.InvariantCulture));
                break;
            case FieldKind.Boolean:
                json.WriteBoolean("default", field.DefaultText == "true");
                break;
            case FieldKind.Text or FieldKind.Duration:
                json.WriteString("default", field.DefaultText);
                break;
            default:
                break;
        }
    }
}
