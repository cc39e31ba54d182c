using System.Globalization;

namespace Coffer.Kernel.Requests;

/// <summary>Times as they stand in replies and in the audit log: RFC 3339 in UTC, with as many digits of a second as there are.</summary>
public static class Rfc3339
{
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
