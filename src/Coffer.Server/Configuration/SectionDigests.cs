using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coffer.Hcl;

namespace Coffer.Server.Configuration;

/// <summary>What the top-level keys of a configuration say, as digests: enough to see that one has changed, too little to read a value.</summary>
internal sealed class SectionDigests
{
    private readonly Dictionary<string, StringBuilder> _texts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Digests =>
        _texts.ToDictionary(section => section.Key, section => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(section.Value.ToString()))), StringComparer.Ordinal);

    /// <summary>The keys that say something else in another reading, in order.</summary>
    public static IReadOnlyList<string> Changed(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
        [.. before.Keys.Union(after.Keys).Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key)).Order(StringComparer.Ordinal)];

    public void Add(HclItem item)
    {
        if (!_texts.TryGetValue(item.Key.Text, out var text))
        {
            _texts[item.Key.Text] = text = new StringBuilder();
        }

        Write(text, item);
    }

    private static void Write(StringBuilder text, HclItem item)
    {
        foreach (var key in item.Labels.Prepend(item.Key))
        {
            Write(text, 'k', key.Text);
        }

        Write(text, item.Value);
    }

    private static void Write(StringBuilder text, HclValue value)
    {
        switch (value)
        {
            case HclObject body:
                text.Append('{');
                foreach (var item in body.Items)
                {
                    Write(text, item);
                }

                text.Append('}');
                break;
            case HclList list:
                text.Append('[');
                foreach (var item in list.Items)
                {
                    Write(text, item);
                }

                text.Append(']');
                break;
            case HclString found:
                Write(text, 's', found.Value);
                break;
            case HclInteger number:
                Write(text, 'i', number.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case HclFloat number:
                Write(text, 'f', number.Value.ToString("R", CultureInfo.InvariantCulture));
                break;
            case HclBoolean truth:
                Write(text, 'b', truth.Value ? "1" : "0");
                break;
            default:
                text.Append('n');
                break;
        }
    }

    /// <summary>With its length, so that no two texts run together into a third.</summary>
    private static void Write(StringBuilder text, char kind, string value) => text.Append(kind).Append(CultureInfo.InvariantCulture, $"{value.Length}:").Append(value);
}
