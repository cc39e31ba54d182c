using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Coffer.Kernel.Audit;

/// <summary>
/// JSONx, as Vault's <c>format=jsonx</c> has it: the members of an object in order of their names, each an element of XML, without a root around them.
/// </summary>
internal static class AuditJsonx
{
    /// <summary>What every such line begins with, after its prefix.</summary>
    public static ReadOnlySpan<byte> Opening => "<json:"u8;

    /// <summary>The members of a JSON object.</summary>
    /// <exception cref="JsonException">It is nested too deeply to be recorded.</exception>
    public static byte[] Write(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = AuditLimits.JsonDepthMax + 8 });
        var text = new StringBuilder(json.Length * 2);
        WriteMembers(text, document.RootElement);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The JSON object that a line stands for; a number that is no integer of 64 bits is a text in it.</summary>
    /// <exception cref="XmlException">It is no JSONx.</exception>
    public static byte[] Read(ReadOnlySpan<byte> line)
    {
        var names = new XmlNamespaceManager(new NameTable());
        names.AddNamespace("json", "json");
        using var xml = XmlReader.Create(
            new StringReader(Encoding.UTF8.GetString(line)),
            new XmlReaderSettings { ConformanceLevel = ConformanceLevel.Fragment, DtdProcessing = DtdProcessing.Prohibit },
            new XmlParserContext(null, names, null, XmlSpace.None));
        var buffer = new ArrayBufferWriter<byte>(line.Length);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            xml.Read();
            ReadMembers(xml, json, depth: 0);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteMembers(StringBuilder text, JsonElement value)
    {
        foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            WriteElement(text, member.Name, member.Value);
        }
    }

    private static void WriteElement(StringBuilder text, string? name, JsonElement value)
    {
        var kind = value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => "null",
        };
        text.Append("<json:").Append(kind);
        if (name is not null)
        {
            text.Append(" name=\"");
            Escape(text, name);
            text.Append('"');
        }

        if (kind == "null")
        {
            text.Append(" />");
            return;
        }

        text.Append('>');
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteMembers(text, value);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    WriteElement(text, null, item);
                }

                break;
            case JsonValueKind.String:
                Escape(text, value.GetString()!);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }

        text.Append("</json:").Append(kind).Append('>');
    }

    /// <summary>
    /// What XML 1.0 cannot hold at all becomes U+FFFD. What moves a terminal's cursor, or ends a line in some reader's eyes, is written as a number: a value that a
    /// client chose must not change how its line is read.
    /// </summary>
    private static void Escape(StringBuilder text, string value)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '<':
                    text.Append("&lt;");
                    break;
                case '>':
                    text.Append("&gt;");
                    break;
                case '&':
                    text.Append("&amp;");
                    break;
                case '"' or '\'' or '\t' or '\n' or '\r' or (>= 0x7F and <= 0x9F) or 0x2028 or 0x2029:
                    text.Append("&#").Append(rune.Value).Append(';');
                    break;
                case < ' ' or 0xFFFE or 0xFFFF:
                    text.Append('\uFFFD');
                    break;
                default:
                    text.Append(rune.ToString());
                    break;
            }
        }
    }

    private static void ReadMembers(XmlReader xml, Utf8JsonWriter json, int depth)
    {
        while (!xml.EOF && xml.NodeType != XmlNodeType.EndElement)
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                throw new XmlException($"an element is expected, not {xml.NodeType}");
            }

            json.WritePropertyName(xml.GetAttribute("name") ?? throw new XmlException("a member of an object has no name"));
            ReadValue(xml, json, depth);
        }
    }

    private static void ReadValue(XmlReader xml, Utf8JsonWriter json, int depth)
    {
        if (depth > AuditLimits.JsonDepthMax + 8)
        {
            throw new XmlException("nested too deeply");
        }

        switch (xml.LocalName)
        {
            case "object":
                json.WriteStartObject();
                if (Enter(xml))
                {
                    ReadMembers(xml, json, depth + 1);
                    xml.ReadEndElement();
                }

                json.WriteEndObject();
                break;
            case "array":
                json.WriteStartArray();
                if (Enter(xml))
                {
                    while (xml.NodeType == XmlNodeType.Element)
                    {
                        ReadValue(xml, json, depth + 1);
                    }

                    xml.ReadEndElement();
                }

                json.WriteEndArray();
                break;
            case "number":
                var digits = xml.ReadElementContentAsString();
                if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                {
                    json.WriteNumberValue(number);
                }
                else
                {
                    json.WriteStringValue(digits);
                }

                break;
            case "boolean":
                json.WriteBooleanValue(xml.ReadElementContentAsString() == "true");
                break;
            case "null":
                xml.Skip();
                json.WriteNullValue();
                break;
            case "string":
                json.WriteStringValue(xml.ReadElementContentAsString());
                break;
            default:
                throw new XmlException($"an element of JSONx is expected, not {xml.LocalName}");
        }
    }

    /// <summary>Goes inside an element. False when it is one without an end of its own.</summary>
    private static bool Enter(XmlReader xml)
    {
        var isEmpty = xml.IsEmptyElement;
        xml.Read();
        return !isEmpty;
    }
}
