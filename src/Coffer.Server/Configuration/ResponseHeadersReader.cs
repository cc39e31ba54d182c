using Coffer.Hcl;
using Coffer.Kernel.Headers;

namespace Coffer.Server.Configuration;

/// <summary>Reads <c>custom_response_headers</c> of a listener: header names with lists of values, by status.</summary>
internal static class ResponseHeadersReader
{
    /// <summary>What could be read; the rest is noted.</summary>
    public static ResponseHeaderTable Read(ConfigurationNotes notes, string file, HclItem item)
    {
        var table = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var group in Bodies(item.Value).SelectMany(body => body.Items))
        {
            if (!ResponseHeaderTable.IsKey(group.Key.Text))
            {
                notes.Problem(file, group.Position, $"\"{group.Key.Text}\" in custom_response_headers must be \"default\", a class such as \"4xx\" or a status such as \"404\"");
                continue;
            }

            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var header in Bodies(group.Value).SelectMany(body => body.Items))
            {
                ReadHeader(notes, file, header, headers);
            }

            table[group.Key.Text] = headers;
        }

        return new ResponseHeaderTable(table);
    }

    private static void ReadHeader(ConfigurationNotes notes, string file, HclItem header, Dictionary<string, string> headers)
    {
        var name = header.Key.Text;
        var values = header.Value is HclList list ? list.Items : [header.Value];
        if (HeaderText.IsReserved(name) || !HeaderText.IsName(name))
        {
            notes.Problem(file, header.Position, $"{name} cannot be set: a header's name has letters, digits and dashes, and does not begin with X-Vault-");
        }
        else if (!values.All(value => value is HclString text && HeaderText.IsValue(text.Value)))
        {
            notes.Problem(file, header.Position, $"{name} needs a list of texts in visible ASCII, such as [\"value\"]");
        }
        else
        {
            headers[name] = string.Join("; ", values.Cast<HclString>().Select(text => text.Value));
        }
    }

    private static IEnumerable<HclObject> Bodies(HclValue value) => value switch
    {
        HclObject body => [body],
        HclList list => list.Items.OfType<HclObject>(),
        _ => [],
    };
}
