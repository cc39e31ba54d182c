using System.Globalization;
using System.Text;

namespace Coffer.Sdk.Names;

/// <summary>Times in Go's layout notation, where the layout is a sample: <c>2006-01-02T15:04:05Z07:00</c>. Always in UTC.</summary>
internal static class GoTimeLayout
{
    /// <summary>Longer samples stand before those they begin with.</summary>
    private static readonly (string Sample, Func<DateTimeOffset, string> Write)[] Parts =
    [
        ("January", time => time.ToString("MMMM", CultureInfo.InvariantCulture)),
        ("Jan", time => time.ToString("MMM", CultureInfo.InvariantCulture)),
        ("Monday", time => time.ToString("dddd", CultureInfo.InvariantCulture)),
        ("Mon", time => time.ToString("ddd", CultureInfo.InvariantCulture)),
        ("MST", _ => "UTC"),
        ("2006", time => time.ToString("yyyy", CultureInfo.InvariantCulture)),
        ("Z07:00", _ => "Z"),
        ("Z0700", _ => "Z"),
        ("-07:00", _ => "+00:00"),
        ("-0700", _ => "+0000"),
        ("-07", _ => "+00"),
        ("002", time => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture)),
        ("01", time => time.ToString("MM", CultureInfo.InvariantCulture)),
        ("02", time => time.ToString("dd", CultureInfo.InvariantCulture)),
        ("03", time => time.ToString("hh", CultureInfo.InvariantCulture)),
        ("04", time => time.ToString("mm", CultureInfo.InvariantCulture)),
        ("05", time => time.ToString("ss", CultureInfo.InvariantCulture)),
        ("06", time => time.ToString("yy", CultureInfo.InvariantCulture)),
        ("15", time => time.ToString("HH", CultureInfo.InvariantCulture)),
        ("PM", time => time.Hour < 12 ? "AM" : "PM"),
        ("pm", time => time.Hour < 12 ? "am" : "pm"),
        (".000000", time => time.ToString(".ffffff", CultureInfo.InvariantCulture)),
        (".000", time => time.ToString(".fff", CultureInfo.InvariantCulture)),
        ("_2", time => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2)),
        ("1", time => time.Month.ToString(CultureInfo.InvariantCulture)),
        ("2", time => time.Day.ToString(CultureInfo.InvariantCulture)),
        ("3", time => time.ToString("%h", CultureInfo.InvariantCulture)),
        ("4", time => time.Minute.ToString(CultureInfo.InvariantCulture)),
        ("5", time => time.Second.ToString(CultureInfo.InvariantCulture)),
    ];

    public static string Format(string layout, DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        var text = new StringBuilder();
        for (var at = 0; at < layout.Length;)
        {
            var rest = layout.AsSpan(at);
            var part = default((string Sample, Func<DateTimeOffset, string> Write));
            foreach (var candidate in Parts)
            {
                if (rest.StartsWith(candidate.Sample, StringComparison.Ordinal))
                {
                    part = candidate;
                    break;
                }
            }

            text.Append(part.Write is null ? layout[at].ToString() : part.Write(utc));
            at += part.Sample?.Length ?? 1;
        }

        return text.ToString();
    }
}
