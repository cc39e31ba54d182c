using System.Globalization;
using System.Text;

namespace Coffer.AwsSandbox.Wire;

/// <summary>Writes the XML of answers: elements and text, nothing more.</summary>
internal sealed class Xml
{
    private readonly StringBuilder _text = new(1024);

    /// <summary>True while nothing has been written.</summary>
    public bool IsEmpty => _text.Length == 0;

    public Xml Open(string name)
    {
        _text.Append('<').Append(name).Append('>');
        return this;
    }

    public Xml Open(string name, string xmlns)
    {
        _text.Append('<').Append(name).Append(" xmlns=\"").Append(xmlns).Append("\">");
        return this;
    }

    public Xml Close(string name)
    {
        _text.Append("</").Append(name).Append('>');
        return this;
    }

    public Xml Text(string name, string value)
    {
        Open(name);
        Escape(value);
        return Close(name);
    }

    public Xml Text(string name, bool value) => Text(name, value ? "true" : "false");

    public Xml Text(string name, long value) => Text(name, value.ToString(CultureInfo.InvariantCulture));

    public Xml Text(string name, DateTimeOffset time) => Text(name, FormatTime(time));

    /// <summary>Escaped text without an element of its own.</summary>
    public Xml Bare(string value)
    {
        Escape(value);
        return this;
    }

    /// <summary>Nothing at all when the value is null.</summary>
    public Xml Maybe(string name, string? value) => value is null ? this : Text(name, value);

    public Xml Raw(Xml inner)
    {
        _text.Append(inner._text);
        return this;
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    public static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private void Escape(string value)
    {
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '&' => _text.Append("&amp;"),
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '"' => _text.Append("&quot;"),
                '\r' => _text.Append("&#xD;"),
                _ => _text.Append(letter),
            };
        }
    }
}
