using System.Globalization;
using System.Text;
using Coffer.Aws.Signing;

namespace Coffer.Aws.Calls;

/// <summary>The parameters of one call of the query protocol. Null values are left out.</summary>
internal sealed class QueryParameters
{
    private readonly List<KeyValuePair<string, string>> _pairs = [];

    public QueryParameters Add(string name, string? value)
    {
        if (value is not null)
        {
            _pairs.Add(new(name, value));
        }

        return this;
    }

    public QueryParameters AddTags(IReadOnlyDictionary<string, string>? tags)
    {
        var number = 0;
        foreach (var (key, value) in tags ?? new Dictionary<string, string>())
        {
            var member = string.Create(CultureInfo.InvariantCulture, $"Tags.member.{++number}");
            Add($"{member}.Key", key).Add($"{member}.Value", value);
        }

        return this;
    }

    public QueryParameters AddList(string name, IReadOnlyList<string> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{name}.member.{i + 1}"), values[i]);
        }

        return this;
    }

    public byte[] Encode(string action, string version, string? marker)
    {
        var body = new StringBuilder(256).Append("Action=").Append(action).Append("&Version=").Append(version);
        foreach (var (name, value) in _pairs)
        {
            body.Append('&').Append(UriText.Encode(name)).Append('=').Append(UriText.Encode(value));
        }

        if (marker is not null)
        {
            body.Append("&Marker=").Append(UriText.Encode(marker));
        }

        return Encoding.ASCII.GetBytes(body.ToString());
    }
}
