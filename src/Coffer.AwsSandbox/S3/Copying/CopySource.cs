using System.Buffers;
using System.Globalization;
using System.Text;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.S3.Objects;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Copying;

/// <summary>The object that <c>x-amz-copy-source</c> names.</summary>
/// <param name="Target">Its bucket and key.</param>
/// <param name="Object">As it is now.</param>
internal sealed record CopySource(S3Target Target, S3Object Object)
{
    /// <summary>Finds the source, once the caller has shown the right to read it and the headers' conditions hold.</summary>
    public static CopySource Read(S3Call call)
    {
        var target = Parse(call.Header("x-amz-copy-source") ?? "");
        if (call.Header("x-amz-source-expected-bucket-owner") is { } owner && owner != call.Account.AccountId)
        {
            throw AwsFault.Denied("Access Denied");
        }

        call.Demand("s3:GetObject", target);
        var found = call.ObjectOf(target);
        return S3Conditions.Read(call, "x-amz-copy-source-", found) ? new CopySource(target, found) : throw S3Conditions.Failed();
    }

    /// <summary>The bytes of a range such as <c>bytes=0-99</c>, which must lie within the object; all of them when it is null.</summary>
    public ReadOnlySequence<byte> Range(string? range)
    {
        if (range is null)
        {
            return Object.Body;
        }

        var ends = range.StartsWith("bytes=", StringComparison.Ordinal) ? range["bytes=".Length..].Split('-') : [];
        if (ends.Length != 2 || !IsNumber(ends[0], out var first) || !IsNumber(ends[1], out var last) || last < first)
        {
            throw Invalid(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the "
                + "first and last bytes to copy");
        }

        return last < Object.Body.Length
            ? Object.Body.Slice(first, last - first + 1)
            : throw Invalid($"Range specified is not valid for source object of size: {Object.Body.Length}");
    }

    /// <summary><c>bucket/key</c>, percent-encoded, with or without a slash in front.</summary>
    private static S3Target Parse(string header)
    {
        if (header.StartsWith("arn:", StringComparison.OrdinalIgnoreCase))
        {
            throw S3Router.NotOffered("access points as the source of a copy");
        }

        if (header.Contains('?', StringComparison.Ordinal))
        {
            // A question mark of the key is encoded, so this one begins the version.
            throw S3Router.NotOffered("versions as the source of a copy");
        }

        try
        {
            var path = Encoding.UTF8.GetString(UriText.Decode(header, plusIsSpace: false));
            path = path.StartsWith('/') ? path[1..] : path;
            var slash = path.IndexOf('/', StringComparison.Ordinal);
            return slash > 0 && slash < path.Length - 1
                ? new S3Target(path[..slash], path[(slash + 1)..])
                : throw Invalid("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        }
        catch (FormatException)
        {
            throw Invalid("Copy Source must be URL-encoded");
        }
    }

    private static bool IsNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static AwsFault Invalid(string message) => new(400, "InvalidArgument", message);
}
