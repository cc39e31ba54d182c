using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Coffer.Aws.Calls;

/// <summary>Reads the answers of the query protocol. Elements are found by local name, since not every server sends the namespace.</summary>
internal static class XmlRead
{
    private static readonly XmlReaderSettings Strict = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = 8 * 1024 * 1024,
    };

    /// <summary>Null when the bytes are not XML.</summary>
    public static XElement? Parse(byte[] body)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body), Strict);
            return XDocument.Load(reader).Root;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    public static XElement? Child(this XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name);

    public static string? Text(this XElement element, string name) => element.Child(name)?.Value;

    /// <summary>The text of a child that AWS always sends; its absence means the answer is not what was asked for.</summary>
    public static string Must(this XElement element, string name) =>
        element.Text(name) ?? throw new InvalidDataException($"the answer lacks the element {name} in {element.Name.LocalName}");

    public static IEnumerable<XElement> Members(this XElement element, string name) =>
        element.Child(name)?.Elements().Where(child => child.Name.LocalName == "member") ?? [];

    public static DateTimeOffset? Time(this XElement element, string name) =>
        element.Text(name) is { Length: > 0 } text
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : null;

    public static DateTimeOffset MustTime(this XElement element, string name) =>
        element.Time(name) ?? throw new InvalidDataException($"the answer lacks the time {name} in {element.Name.LocalName}");

    public static IReadOnlyDictionary<string, string> Tags(this XElement element)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in element.Members("Tags"))
        {
            tags[member.Must("Key")] = member.Text("Value") ?? "";
        }

        return tags;
    }
}
