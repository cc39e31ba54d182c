using System.Collections.Immutable;

namespace Coffer.Storage.Sqlite.Register;

/// <summary>Which kind a key belongs to.</summary>
internal sealed class RegisterLayout
{
    /// <summary>No kind: the entry is not registered.</summary>
    public const int None = -1;

    private readonly ImmutableArray<(string Prefix, int Kind)> _prefixes;

    public RegisterLayout(IReadOnlyList<RegisteredKind> kinds)
    {
        Kinds = [.. kinds];
        if (kinds.SelectMany(kind => kind.Prefixes).FirstOrDefault(prefix => prefix.Length == 0 || !prefix.All(char.IsAscii)) is not null)
        {
            throw new ArgumentException("a registered prefix must be ASCII and must not be empty", nameof(kinds));
        }

        _prefixes = [.. kinds.SelectMany((kind, index) => kind.Prefixes.Select(prefix => (prefix, index))).OrderByDescending(entry => entry.prefix.Length)];
        Outermost = [.. _prefixes.Select(entry => entry.Prefix).Where(prefix => !_prefixes.Any(other => other.Prefix != prefix && prefix.StartsWith(other.Prefix, StringComparison.Ordinal)))];
    }

    public ImmutableArray<RegisteredKind> Kinds { get; }

    /// <summary>Prefixes that together hold every registered key once.</summary>
    public ImmutableArray<string> Outermost { get; }

    /// <summary>Whether a key that begins with <paramref name="prefix"/> can be registered.</summary>
    public bool MayHold(string prefix) =>
        Outermost.Any(registered => registered.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(registered, StringComparison.Ordinal));

    /// <summary>Index of the kind, or <see cref="None"/>.</summary>
    public int KindOf(string key)
    {
        foreach (var (prefix, kind) in _prefixes)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                return kind;
            }
        }

        return None;
    }
}
