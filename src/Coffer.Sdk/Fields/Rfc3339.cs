using System.Globalization;

namespace Coffer.Sdk.Fields;

/// <summary>Times as they stand in replies and in the audit log: RFC 3339 in UTC, with as many digits of a second as there are.</summary>
public static class Rfc3339
{
    /// <summary>Up to seven decimals, none of them a zero at the end; such as <c>2026-01-02T03:04:05.6Z</c>.</summary>
    public static string Format(DateTimeOffset time)
    {
        // The round-trip form is the one that is written without a pattern to read; it has all seven decimals, always.
        Span<char> text = stackalloc char[28];
        time.UtcDateTime.TryFormat(text, out var written, "O", CultureInfo.InvariantCulture);
        var end = text[..(written - 1)].TrimEnd('0').TrimEnd('.').Length;
        text[end] = 'Z';
        return new string(text[..(end + 1)]);
    }
}
