using System.Globalization;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>Headers that make a call depend on the object that is there (RFC 9110, section 13).</summary>
internal static class S3Conditions
{
    /// <summary>False when the reader already has this version of the object; a fault of 412 when it wants another.</summary>
    /// <param name="call">The call whose headers are read.</param>
    /// <param name="prefix">In front of each header's name: empty, or <c>x-amz-copy-source-</c> for the source of a copy.</param>
    /// <param name="found">The object that is there.</param>
    public static bool Read(S3Call call, string prefix, S3Object found)
    {
        if (call.Header($"{prefix}if-match") is { } wanted)
        {
            // Where an ETag says which version is meant, the time has no say.
            if (!Names(wanted, found))
            {
                throw Failed();
            }
        }
        else if (Time(call, $"{prefix}if-unmodified-since") is { } before && Seconds(found.Modified) > before)
        {
            throw Failed();
        }

        return call.Header($"{prefix}if-none-match") is { } had
            ? !Names(had, found)
            : Time(call, $"{prefix}if-modified-since") is not { } since || Seconds(found.Modified) > since;
    }

    /// <summary>The part that the reader wants, or null for all: it has begun with a version that is no longer there.</summary>
    public static string? Range(S3Call call, S3Object found) =>
        call.Header("if-range") is { } begun && !Names(begun, found) && begun != found.Modified.ToString("R") ? null : call.Header("range");

    /// <summary>A fault of 412, or of 404, unless the object that is to be replaced is the one that the caller means.</summary>
    public static void Replace(S3Call call)
    {
        var existing = call.Bucket.Objects.GetValueOrDefault(call.Target.Key);
        if (call.Header("if-none-match") is { } had)
        {
            if (had != "*")
            {
                throw S3Router.NotOffered("If-None-Match with anything but * where an object is written");
            }

            if (existing is not null)
            {
                throw Failed();
            }
        }

        if (call.Header("if-match") is { } wanted)
        {
            if (existing is null)
            {
                throw new AwsFault(404, "NoSuchKey", "The specified key does not exist.");
            }

            if (!Names(wanted, existing))
            {
                throw Failed();
            }
        }
    }

    /// <summary>A fault of 412 when there is an object and it is not the one that the caller means.</summary>
    public static void Delete(S3Call call)
    {
        if (call.Header("if-match") is { } wanted && call.Bucket.Objects.TryGetValue(call.Target.Key, out var existing) && !Names(wanted, existing))
        {
            throw Failed();
        }
    }

    public static AwsFault Failed() => new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

    private static bool Names(string header, S3Object found) =>
        header.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag == "*" || tag.Trim('"') == found.ETag.Trim('"'));

    /// <summary>Null when the header is not there or is no time; such a one does not count (RFC 9110).</summary>
    private static DateTimeOffset? Time(S3Call call, string name) =>
        DateTimeOffset.TryParseExact(call.Header(name), "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Times in headers have whole seconds.</summary>
    private static DateTimeOffset Seconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}
