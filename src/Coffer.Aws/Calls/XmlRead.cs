using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Coffer.Aws.Calls;

/// <summary>Reads the answers of the query protocol. Elements are found by local name, since not every server sends the namespace.</summary>
internal static class XmlRead
{
    /// <summary>Deepest nesting of an answer. AWS's own do not go beyond ten.</summary>
    public const int DepthMax = 32;

    /// <summary>Most nodes and attributes of an answer: a page of a thousand users has some twenty thousand.</summary>
    public const int NodesMax = 200_000;

    private static readonly XmlReaderSettings Strict = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = 8 * 1024 * 1024,
    };

    /// <summary>Null when the bytes are not XML, or go beyond <see cref="DepthMax"/> or <see cref="NodesMax"/>.</summary>
    /// <exception cref="OperationCanceledException">The call was ended.</exception>
    public static XElement? Parse(byte[] body, CancellationToken cancellation)
    {
        try
        {
            if (!IsBounded(body, cancellation))
            {
                return null;
            }

            using var reader = XmlReader.Create(new MemoryStream(body), Strict);
            return XDocument.Load(reader).Root;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Looks at depth and number before anything is built: a tree that is deep enough takes minutes to build, and its text hours to read.</summary>
    private static bool IsBounded(byte[] body, CancellationToken cancellation)
    {
        using var reader = XmlReader.Create(new MemoryStream(body), Strict);
        for (var nodes = 0; reader.Read(); nodes += 1 + reader.AttributeCount)
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Depth > DepthMax || nodes > NodesMax)
            {
                return false;
            }
        }

        return true;
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
