using System.Net.Http.Headers;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>The part of an object that a Range header asks for (RFC 9110; one range only, as S3).</summary>
internal static class S3Range
{
    public static (int Status, long From, long Length) Of(string? header, long size)
    {
        if (header is null || !RangeHeaderValue.TryParse(header, out var parsed) || parsed.Ranges.Count != 1)
        {
            return (200, 0, size);
        }

        var range = parsed.Ranges.First();
        var from = range.From ?? Math.Max(0, size - (range.To ?? 0));
        var to = range.From is null ? size - 1 : Math.Min(range.To ?? long.MaxValue, size - 1);
        return from < size && to >= from
            ? (206, from, to - from + 1)
            : throw new AwsFault(416, "InvalidRange", "The requested range is not satisfiable");
    }
}
