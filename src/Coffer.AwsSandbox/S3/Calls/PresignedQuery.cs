using System.Collections.Frozen;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>The query of a URL that was signed in advance: the signature's own parameters, and headers that its signer put there.</summary>
/// <remarks>
/// Some SDKs move a call's <c>x-amz-</c> headers into the query when they sign a URL, and S3 takes them there as if they were headers. Passing
/// one over would run another call than the one that was signed: a URL with <c>X-Amz-Copy-Source</c> would store an empty object.
/// </remarks>
internal static class PresignedQuery
{
    private const string Prefix = "x-amz-";

    /// <summary>
    /// What makes up the signature, and is neither a header nor a parameter of the call; also the algorithm that an SDK would have used for a
    /// checksum, had it known the body when it signed the URL.
    /// </summary>
    private static readonly FrozenSet<string> Signature = FrozenSet.ToFrozenSet(
        [
            "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-signature", "x-amz-security-token",
            "x-amz-sdk-checksum-algorithm",
        ],
        StringComparer.OrdinalIgnoreCase);

    public static bool IsIn(WireRequest request) => request.Query().Any(pair => pair.Key == "X-Amz-Algorithm");

    /// <summary>True for the older kind of signature, which S3 no longer takes in regions made after 2014, and the sandbox not at all.</summary>
    public static bool IsOfVersion2(WireRequest request) => request.Query().Any(pair => pair.Key == "AWSAccessKeyId");

    /// <summary>A header that was put into the query; null when it was not.</summary>
    public static string? Header(WireRequest request, string name) =>
        request.Query().FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The request with such headers where they belong.</summary>
    public static WireRequest ToHeaders(WireRequest request)
    {
        var headers = new List<KeyValuePair<string, string>>(request.Headers);
        foreach (var (name, value) in request.Query().Where(pair => IsHeader(pair.Key)))
        {
            if (request.Header(name) is not null)
            {
                throw new AwsFault(400, "InvalidArgument", "A header must not be given both in the query and as a header.");
            }

            headers.Add(new(name, value));
        }

        return request with { Headers = headers };
    }

    /// <summary>The words of the query that say which call is meant; those that begin with x-amz- count only where nothing was signed in advance.</summary>
    public static Dictionary<string, string> Words(WireRequest request)
    {
        var presigned = request.Header("authorization") is null && IsIn(request);
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in request.Query())
        {
            if (!(presigned && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) && !words.TryAdd(name, value))
            {
                throw new AwsFault(400, "InvalidArgument", "A query parameter must not be given twice.");
            }
        }

        return words;
    }

    private static bool IsHeader(string name) => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !Signature.Contains(name);
}
