using Microsoft.AspNetCore.Http;

namespace Coffer.Server.Configuration;

/// <summary>
/// The headers that answers carry by their status, as <c>custom_response_headers</c> of a listener says: one status alone, a class such as
/// <c>4xx</c>, or <c>default</c>. Of one name the narrowest wins.
/// </summary>
public sealed class ResponseHeaderTable
{
    /// <summary>The name for all statuses.</summary>
    public const string Default = "default";

    private readonly Dictionary<int, KeyValuePair<string, string>[]> _byStatus = [];
    private readonly KeyValuePair<string, string>[]?[] _byClass = new KeyValuePair<string, string>[]?[10];
    private readonly KeyValuePair<string, string>[] _default;

    /// <param name="configured">Headers by <c>default</c>, <c>Nxx</c> or a status.</param>
    public ResponseHeaderTable(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> configured)
    {
        ArgumentNullException.ThrowIfNull(configured);
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains",
        };
        _default = Merge(all, configured, Default);
        for (var kind = 1; kind < _byClass.Length; kind++)
        {
            var name = $"{kind}xx";
            _byClass[kind] = configured.ContainsKey(name) ? Merge(new(all, all.Comparer), configured, name) : _default;
            foreach (var status in configured.Keys.Where(key => key.Length == 3 && key[0] == '0' + kind && key != name))
            {
                var narrow = new Dictionary<string, string>(_byClass[kind]!, all.Comparer);
                _byStatus[int.Parse(status, System.Globalization.CultureInfo.InvariantCulture)] = Merge(narrow, configured, status);
            }
        }
    }

    /// <summary>A table that holds only what every server says.</summary>
    public static ResponseHeaderTable Standard { get; } = new(new Dictionary<string, IReadOnlyDictionary<string, string>>());

    /// <summary>Whether headers can be configured under this name.</summary>
    public static bool IsKey(string name) => name == Default
        || (name.Length == 3 && name[0] is >= '1' and <= '5' && (name[1..] == "xx" || (char.IsAsciiDigit(name[1]) && char.IsAsciiDigit(name[2]))));

    internal void Apply(int status, IHeaderDictionary headers)
    {
        foreach (var (name, value) in _byStatus.TryGetValue(status, out var exact) ? exact : _byClass[status / 100] ?? _default)
        {
            headers[name] = value;
        }
    }

    private static KeyValuePair<string, string>[] Merge(
        Dictionary<string, string> into, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> configured, string name)
    {
        foreach (var (header, value) in configured.GetValueOrDefault(name) ?? new Dictionary<string, string>())
        {
            into[header] = value;
        }

        return [.. into];
    }
}
