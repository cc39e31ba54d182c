using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Coffer.Cli.Output;

/// <summary>Durations as Vault's users type and read them: <c>30m</c>, <c>1h30m</c>, <c>768h</c>, <c>59m59s</c>, and bare seconds.</summary>
internal static class GoDuration
{
    private const int NanosecondsPerTick = 100;

    private static readonly SearchValues<char> DigitsAndPoint = SearchValues.Create("0123456789.");

    private static readonly (string Unit, decimal Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000),
        ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ];

    /// <summary>Reads <c>1h30m</c>, <c>-1.5h</c>, <c>7d</c> or a bare number of seconds. False for anything else and out of range.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan().Trim();
        var negative = false;
        if (rest.Length > 0 && rest[0] is '+' or '-')
        {
            negative = rest[0] == '-';
            rest = rest[1..];
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        decimal nanoseconds = 0;
        if (decimal.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            rest = default;
            if (seconds > long.MaxValue / 1_000_000_000)
            {
                return false;
            }

            nanoseconds = seconds * 1_000_000_000;
        }

        while (!rest.IsEmpty)
        {
            if (!TakeTerm(ref rest, out var term) || nanoseconds + term > long.MaxValue)
            {
                return false;
            }

            nanoseconds += term;
        }

        // Never down to zero: a time that is too short to count is not the same as none.
        var ticks = nanoseconds is > 0 and < NanosecondsPerTick ? 1 : (long)(nanoseconds / NanosecondsPerTick);
        duration = TimeSpan.FromTicks(negative ? -ticks : ticks);
        return true;
    }

    /// <summary>All parts down to seconds, as <c>1h0m0s</c>; <c>0s</c> for zero, fractions as <c>1.5s</c> or <c>250ms</c>.</summary>
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

    private static bool TakeTerm(ref ReadOnlySpan<char> rest, out decimal nanoseconds)
    {
        nanoseconds = 0;
        var digits = rest.IndexOfAnyExcept(DigitsAndPoint);
        if (digits <= 0 || digits > 20 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
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
                if (amount > long.MaxValue / size)
                {
                    return false;
                }

                nanoseconds = amount * size;
                rest = end < 0 ? default : rest[end..];
                return true;
            }
        }

        return false;
    }
}
