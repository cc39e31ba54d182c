using System.Collections.Immutable;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>The headers that are kept with an object and given back with it.</summary>
/// <param name="ContentType">Default <c>binary/octet-stream</c>.</param>
/// <param name="Headers">The owner's own (<c>x-amz-meta-</c>) and those that tell a browser what to do with the object.</param>
internal sealed record S3Metadata(string ContentType, ImmutableArray<KeyValuePair<string, string>> Headers)
{
    private const string Prefix = "x-amz-meta-";
    private const int OwnBytesMax = 2048;

    private static readonly string[] Kept = ["Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"];

    /// <summary>What the request says about the object; a fault of 400 when it is too long or cannot be sent back in a header.</summary>
    public static S3Metadata Of(S3Call call)
    {
        var kept = Kept.Select(name => KeyValuePair.Create(name, name == "Content-Encoding" ? Encoding(call) : call.Header(name) ?? ""));
        var own = call.Request.Headers.Where(header => header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
#pragma warning disable CA1308 // Header names are written in lower case.
            .GroupBy(header => header.Key.ToLowerInvariant(), StringComparer.Ordinal)
#pragma warning restore CA1308
            .Select(group => KeyValuePair.Create(group.Key, string.Join(',', group.Select(header => header.Value)))).ToList();
        if (own.Sum(pair => pair.Key.Length - Prefix.Length + pair.Value.Length) > OwnBytesMax)
        {
            throw new AwsFault(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
        }

        var type = call.Header("content-type") ?? "binary/octet-stream";
        ImmutableArray<KeyValuePair<string, string>> headers = [.. kept.Where(pair => pair.Value.Length > 0), .. own];
        foreach (var value in headers.Select(pair => pair.Value).Append(type))
        {
            Demand(value);
        }

        return new S3Metadata(type, headers);
    }

    /// <summary>Throws InvalidArgument unless the text may be sent in a header.</summary>
    public static string Demand(string value) => value.All(letter => letter is >= ' ' and <= '~')
        ? value
        : throw new AwsFault(400, "InvalidArgument", "A header of an object must consist of printable ASCII characters.");

    /// <summary>Without the encoding of the transfer, which has been undone by the time an object is kept.</summary>
    private static string Encoding(S3Call call) => string.Join(
        ',', (call.Header("content-encoding") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(part => part != "aws-chunked"));
}
