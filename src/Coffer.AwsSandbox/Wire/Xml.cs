using System.Globalization;
using System.Text;
using System.Xml;

namespace Coffer.AwsSandbox.Wire;

/// <summary>Writes the XML of answers: elements and text, nothing more.</summary>
internal sealed class Xml
{
    /// <summary>
    /// A part of an answer may be several elements or none. Characters that XML 1.0 does not have, which a key of S3 may hold, are written as references, as S3
    /// does.
    /// </summary>
    private static readonly XmlWriterSettings Settings = new()
    {
        ConformanceLevel = ConformanceLevel.Fragment,
        OmitXmlDeclaration = true,
        CheckCharacters = false,
        NewLineHandling = NewLineHandling.Entitize,
    };

    private readonly StringBuilder _text = new(1024);
    private readonly XmlWriter _xml;

    public Xml() => _xml = XmlWriter.Create(_text, Settings);

    /// <summary>True while nothing has been written.</summary>
    public bool IsEmpty => Flushed.Length == 0;

    private StringBuilder Flushed
    {
        get
        {
            _xml.Flush();
            return _text;
        }
    }

    public Xml Open(string name)
    {
        _xml.WriteStartElement(name);
        return this;
    }

    public Xml Open(string name, string xmlns)
    {
        _xml.WriteStartElement(name, xmlns);
        return this;
    }

    /// <summary>Ends the element that was opened last. An empty one is written as two tags, as AWS writes it.</summary>
    public Xml Close()
    {
        _xml.WriteFullEndElement();
        return this;
    }

    public Xml Text(string name, string value)
    {
        Open(name);
        _xml.WriteString(value);
        return Close();
    }

    public Xml Text(string name, bool value) => Text(name, value ? "true" : "false");

    public Xml Text(string name, long value) => Text(name, value.ToString(CultureInfo.InvariantCulture));

    public Xml Text(string name, DateTimeOffset time) => Text(name, FormatTime(time));

    /// <summary>Escaped text without an element of its own.</summary>
    public Xml Bare(string value)
    {
        _xml.WriteString(value);
        return this;
    }

    /// <summary>Nothing at all when the value is null.</summary>
    public Xml Maybe(string name, string? value) => value is null ? this : Text(name, value);

    public Xml Raw(Xml inner)
    {
        _xml.WriteRaw(inner.Flushed.ToString());
        return this;
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(Flushed.ToString());

    public static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
