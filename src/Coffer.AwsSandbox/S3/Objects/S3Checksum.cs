using System.Buffers;
using Coffer.AwsSandbox.S3.Calls;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Objects;

/// <summary>The checksum of an object or part: checked against the body when it comes, kept, and given back.</summary>
/// <param name="Algorithm">How it was computed.</param>
/// <param name="Value">Base 64; with the number of parts behind a hyphen when it covers the parts' checksums.</param>
internal sealed record S3Checksum(S3Algorithm Algorithm, string Value)
{
    private const string ChoiceHeader = "x-amz-checksum-algorithm";

    public string Type => Value.Contains('-', StringComparison.Ordinal) ? "COMPOSITE" : "FULL_OBJECT";

    public IEnumerable<KeyValuePair<string, string>> Headers => [new(Algorithm.Header, Value), new("x-amz-checksum-type", Type)];

    public static S3Checksum Of(S3Algorithm algorithm, ReadOnlySequence<byte> bytes) => new(algorithm, Convert.ToBase64String(algorithm.Compute(bytes)));

    /// <summary>The algorithm that a request without a body chooses; null when it chooses none.</summary>
    public static S3Algorithm? Chosen(S3Call call)
    {
        if (call.Header(ChoiceHeader) is not { } name)
        {
            return null;
        }

        return S3Algorithm.Named(name) ?? throw S3Router.NotOffered($"checksums other than {string.Join(", ", S3Algorithm.All.Select(algorithm => algorithm.Name))}");
    }

    /// <summary>The checksum that a request gives in a header of its own; null when it gives none. It has been written properly, no more.</summary>
    public static S3Checksum? Given(S3Call call)
    {
        var given = S3Algorithm.All.Where(algorithm => call.Header(algorithm.Header) is not null).ToList();
        if (given.Count > 1)
        {
            throw Invalid("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        }

        return given is [var algorithm] ? new S3Checksum(algorithm, call.Header(algorithm.Header) ?? "") : null;
    }

    /// <summary>The checksum of the body that came with the request, or null; a fault of 400 when the body is another.</summary>
    public static S3Checksum? OfBody(S3Call call)
    {
        var checksum = Given(call);
        if (checksum is null)
        {
            return call.Header("x-amz-sdk-checksum-algorithm") is null
                ? null
                : throw Invalid("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.");
        }

        var bytes = new byte[checksum.Algorithm.Bytes + 3];
        if (!Convert.TryFromBase64String(checksum.Value, bytes, out var length) || length != checksum.Algorithm.Bytes)
        {
            throw Invalid($"Value for {checksum.Algorithm.Header} header is invalid.");
        }

        return checksum == Of(checksum.Algorithm, new ReadOnlySequence<byte>(call.Request.Body)) ? checksum : throw Bad(checksum.Algorithm);
    }

    public static AwsFault Bad(S3Algorithm algorithm) =>
        new(400, "BadDigest", $"The {algorithm.Name} you specified did not match the calculated checksum.");

    public static AwsFault Invalid(string message) => new(400, "InvalidRequest", message);

    /// <summary>Checks Content-MD5, when it is there: the MD5 of the body.</summary>
    public static void CheckMd5(S3Call call, byte[] md5)
    {
        if (call.Header("content-md5") is not { } given)
        {
            return;
        }

        var bytes = new byte[md5.Length + 3];
        if (!Convert.TryFromBase64String(given, bytes, out var length) || length != md5.Length)
        {
            throw new AwsFault(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
        }

        if (!md5.AsSpan().SequenceEqual(bytes.AsSpan(0, length)))
        {
            throw new AwsFault(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
        }
    }

    public void Write(Xml xml) => xml.Text(Algorithm.Element, Value).Text("ChecksumType", Type);
}
