using System.Buffers;
using System.Globalization;
using System.Text;

namespace Coffer.Sdk.Fields;

/// <summary>Durations as Vault reads and writes them: Go's notation, bare numbers as seconds, and <c>d</c> for days.</summary>
public static class GoDuration
{
    // Go's int64 nanoseconds end here; what is longer is refused rather than wrapped.
    private const double SecondsMax = 9_223_372_036;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads <c>3600</c>, <c>90s</c>, <c>1h30m</c>, <c>1.5h</c>, <c>250ms</c>, <c>7d</c>, each with an optional sign. Empty is zero.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        if (text.IsEmpty)
        {
            return true;
        }

        var negative = text[0] == '-';
        if (text[0] is '-' or '+')
        {
            text = text[1..];
        }

        if (text.IsEmpty || !TrySum(text, out var seconds) || seconds > SecondsMax)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)Math.Round((negative ? -seconds : seconds) * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <summary>Go's form: <c>1h30m0s</c>, <c>45s</c>, <c>0s</c>, <c>1.5s</c>, <c>250ms</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder();
        if (duration < TimeSpan.Zero)
        {
            text.Append('-');
            duration = duration.Negate();
        }

        if (duration < TimeSpan.FromSeconds(1))
        {
            return text.Append(duration.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture)).Append("ms").ToString();
        }

        var hours = (long)duration.TotalHours;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || duration.Minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        }

        var seconds = duration.Seconds + (duration.Ticks % TimeSpan.TicksPerSecond / (decimal)TimeSpan.TicksPerSecond);
        return text.Append(seconds.ToString("0.#######", CultureInfo.InvariantCulture)).Append('s').ToString();
    }

    private static bool TrySum(ReadOnlySpan<char> text, out double seconds)
    {
        seconds = 0;
        var bare = true;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(NumberCharacters);
            var number = digits < 0 ? text : text[..digits];
            if (number.IsEmpty || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            if (digits < 0)
            {
                // A number without a unit is seconds, but only alone and whole: "1h30" is refused.
                seconds = value;
                return bare && !number.Contains('.');
            }

            bare = false;
            text = text[digits..];
            var (length, scale) = Unit(text);
            if (length == 0)
            {
                return false;
            }

            seconds += value * scale;
            text = text[length..];
        }

        return true;
    }

    private static (int Length, double Scale) Unit(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(NumberCharacters);
        return (end < 0 ? text : text[..end]) switch
        {
            "ns" => (2, 1e-9),
            "us" or "µs" or "μs" => (2, 1e-6),
            "ms" => (2, 1e-3),
            "s" => (1, 1),
            "m" => (1, 60),
            "h" => (1, 3600),
            "d" => (1, 86_400),
            _ => (0, 0),
        };
    }
}
