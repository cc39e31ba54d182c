using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Coffer.Text;

/// <summary>Durations as Vault reads and writes them: Go's notation, a bare number as seconds, and <c>d</c> for days.</summary>
public static class GoDuration
{
    /// <summary>The longest duration in whole hours, as it is written: 2<sup>63</sup> nanoseconds, about 292 years.</summary>
    public const string Longest = "2562047h";

    private const int NanosecondsPerTick = 100;

    /// <summary>Stands for everything that is too long. Several of them can be added.</summary>
    private const decimal TooLong = 1e20m;

    private static readonly SearchValues<char> DigitsAndPoint = SearchValues.Create("0123456789.");

    private static readonly (string Unit, decimal Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000),
        ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ];

    /// <summary>
    /// Reads <c>3600</c>, <c>90s</c>, <c>1h30m</c>, <c>1.5h</c>, <c>250ms</c>, <c>7d</c>, each with an optional sign. Empty is zero. False for anything
    /// else, and for more nanoseconds than 64 bits hold (about 292 years).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration) => TryParse(text, out duration, out _);

    /// <summary>As the other.</summary>
    /// <param name="text">What is read.</param>
    /// <param name="duration">What it says; zero where it is refused.</param>
    /// <param name="isTooLong">It is a duration, and longer than <see cref="Longest"/>.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration, out bool isTooLong)
    {
        duration = TimeSpan.Zero;
        isTooLong = false;
        var rest = text.Trim();
        if (rest.IsEmpty)
        {
            return true;
        }

        var negative = rest[0] == '-';
        rest = rest[0] is '-' or '+' ? rest[1..] : rest;
        if (!TrySum(rest, out var nanoseconds))
        {
            return false;
        }

        if (nanoseconds > long.MaxValue)
        {
            isTooLong = true;
            return false;
        }

        // Never down to zero: a time that is too short to count is not the same as none.
        var ticks = nanoseconds is > 0 and < NanosecondsPerTick ? 1 : (long)(nanoseconds / NanosecondsPerTick);
        duration = TimeSpan.FromTicks(negative ? -ticks : ticks);
        return true;
    }

    /// <summary>Go's form, with all parts down to seconds: <c>1h30m0s</c>, <c>45s</c>, <c>0s</c>, <c>1.5s</c>, <c>250ms</c>, <c>5µs</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");

        // As a big integer: the least TimeSpan has no positive counterpart.
        var ticks = BigInteger.Abs(duration.Ticks);
        if (ticks < TimeSpan.TicksPerSecond)
        {
            var milliseconds = ticks >= TimeSpan.TicksPerMillisecond;
            var unit = milliseconds ? (decimal)TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerMicrosecond;
            var amount = ((decimal)ticks / unit).ToString("0.####", CultureInfo.InvariantCulture);
            return text.Append(amount).Append(milliseconds ? "ms" : "µs").ToString();
        }

        var hours = ticks / TimeSpan.TicksPerHour;
        var minutes = (int)(ticks % TimeSpan.TicksPerHour / TimeSpan.TicksPerMinute);
        var seconds = (decimal)(ticks % TimeSpan.TicksPerMinute) / TimeSpan.TicksPerSecond;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        }

        return text.Append(seconds.ToString("0.#######", CultureInfo.InvariantCulture)).Append('s').ToString();
    }

    /// <summary>The same without trailing zero parts: <c>768h</c>, <c>30m</c>, <c>59m59s</c>.</summary>
    public static string Human(long seconds)
    {
        if (Math.Abs((decimal)seconds) > (decimal)TimeSpan.MaxValue.TotalSeconds - 1)
        {
            return seconds.ToString(CultureInfo.InvariantCulture);
        }

        var text = Format(TimeSpan.FromSeconds(seconds));
        if (text.EndsWith("m0s", StringComparison.Ordinal))
        {
            text = text[..^2];
        }

        return text.EndsWith("h0m", StringComparison.Ordinal) ? text[..^2] : text;
    }

    /// <summary>False when it is no duration. One that is too long becomes more than 64 bits hold.</summary>
    private static bool TrySum(ReadOnlySpan<char> text, out decimal nanoseconds)
    {
        nanoseconds = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        // A number without a unit is seconds, but only alone and whole: "1h30" is refused.
        if (TryAmount(text, NumberStyles.None, out var seconds))
        {
            nanoseconds = seconds <= long.MaxValue ? seconds * 1_000_000_000 : TooLong;
            return true;
        }

        while (!text.IsEmpty)
        {
            if (!TakeTerm(ref text, out var term))
            {
                return false;
            }

            nanoseconds = Math.Min(nanoseconds + term, TooLong);
        }

        return true;
    }

    /// <summary>A number of any size: one that a decimal cannot hold becomes one that is too long in any unit.</summary>
    private static bool TryAmount(ReadOnlySpan<char> text, NumberStyles style, out decimal amount)
    {
        if (decimal.TryParse(text, style, CultureInfo.InvariantCulture, out amount))
        {
            return true;
        }

        amount = TooLong;
        return double.TryParse(text, style, CultureInfo.InvariantCulture, out _);
    }

    private static bool TakeTerm(ref ReadOnlySpan<char> rest, out decimal nanoseconds)
    {
        nanoseconds = 0;
        var digits = rest.IndexOfAnyExcept(DigitsAndPoint);
        if (digits <= 0 || !TryAmount(rest[..digits], NumberStyles.AllowDecimalPoint, out var amount))
        {
            return false;
        }

        rest = rest[digits..];
        var end = rest.IndexOfAny(DigitsAndPoint);
        var name = end < 0 ? rest : rest[..end];
        foreach (var (unit, size) in Units)
        {
            if (name.SequenceEqual(unit))
            {
                nanoseconds = amount <= long.MaxValue / size ? amount * size : TooLong;
                rest = end < 0 ? default : rest[end..];
                return true;
            }
        }

        return false;
    }
}
