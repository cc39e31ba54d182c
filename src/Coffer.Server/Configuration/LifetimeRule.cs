using Coffer.Kernel.Mounts;
using Coffer.Text;

namespace Coffer.Server.Configuration;

/// <summary>Holds <c>default_lease_ttl</c> against <c>max_lease_ttl</c>, and knows where each was set.</summary>
internal sealed class LifetimeRule
{
    private const string DefaultKey = "default_lease_ttl";
    private const string MaxKey = "max_lease_ttl";

    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
    private bool _isUnread;

    /// <summary>Notes a key that was read, if it is one of the two.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="place">File, line and column.</param>
    /// <param name="isUnread">Its value could not be read, which was noted already.</param>
    public void Note(string key, string place, bool isUnread)
    {
        if (key is DefaultKey or MaxKey)
        {
            _places[key] = place;
            _isUnread |= isUnread;
        }
    }

    /// <summary>What is wrong with the two together; null when nothing is, or when one of them could not be read.</summary>
    public string? Problem(SystemTtl ttl)
    {
        if (_isUnread || ttl.Default <= ttl.Max)
        {
            return null;
        }

        var place = _places.GetValueOrDefault(MaxKey) ?? _places[DefaultKey];
        return $"{place}: {Shown(MaxKey, ttl.Max)} is shorter than {Shown(DefaultKey, ttl.Default).TrimEnd(',')}: set {DefaultKey} to no more than {MaxKey}";
    }

    private string Shown(string key, TimeSpan value) =>
        _places.ContainsKey(key) ? key : $"{key}, which the configuration does not set and which is {Text(value)} by default,";

    private static string Text(TimeSpan value) => value.Ticks % TimeSpan.TicksPerSecond == 0 ? GoDuration.Human((long)value.TotalSeconds) : GoDuration.Format(value);
}
