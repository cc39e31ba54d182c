using System.Buffers;
using System.Globalization;
using Coffer.Hcl;

namespace Coffer.Policies;

/// <summary>Durations in policies: seconds as a number or in a string, or Go's notation (<c>1h30m</c>, <c>90s</c>), with <c>d</c> for days.</summary>
internal static class WrappingTtl
{
    private static readonly (string Unit, decimal Seconds)[] Units =
    [
        // Longest first, so that "ms" is not read as "m".
        ("ns", 0.000_000_001m), ("us", 0.000_001m), ("µs", 0.000_001m), ("ms", 0.001m), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
    ];

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private const decimal SecondsMax = 9_223_372_036m;

    public static bool TryParse(HclValue value, out TimeSpan ttl)
    {
        var seconds = value switch
        {
            HclInteger number => number.Value,
            HclString text => Sum(text.Value.AsSpan().Trim()),
            _ => -1,
        };
        var valid = seconds is >= 0 and <= SecondsMax;
        ttl = valid ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)) : default;
        return valid;
    }

    private static decimal Sum(ReadOnlySpan<char> text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        decimal seconds = text.IsEmpty ? -1 : 0;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(NumberCharacters);
            if (digits is < 1 or > 15 || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            {
                return -1;
            }

            text = text[digits..];
            var (unit, scale) = UnitAt(text);
            if (unit.Length == 0)
            {
                return -1;
            }

            seconds = Math.Min(seconds + (count * scale), SecondsMax + 1);
            text = text[unit.Length..];
        }

        return seconds;
    }

    private static (string Unit, decimal Seconds) UnitAt(ReadOnlySpan<char> text)
    {
        foreach (var entry in Units)
        {
            if (text.StartsWith(entry.Unit, StringComparison.Ordinal))
            {
                return entry;
            }
        }

        return ("", 0);
    }
}
