using System.Collections.Frozen;
using System.Collections.Immutable;
using Coffer.AwsSandbox.S3.Objects;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>Finds the call that a request asks for, and refuses every query word and header that this call does not heed.</summary>
/// <remarks>
/// S3 puts a new meaning on a plain GET or PUT with a word of the query or with a header. What is not known here might be such a word, so it is
/// refused rather than passed over: otherwise the plain call would run in the place of the one that was meant.
/// </remarks>
internal sealed class S3Router(ImmutableArray<S3Operation> operations)
{
    private const string CopySource = "x-amz-copy-source";

    /// <summary>Headers that any call may carry.</summary>
    private static readonly FrozenSet<string> Common = FrozenSet.ToFrozenSet(
    [
        "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-user-agent", "x-amz-request-payer", "x-amz-decoded-content-length",
        "x-amz-trailer", "x-amz-expected-bucket-owner", "x-amz-sdk-checksum-algorithm",
        .. S3Algorithm.All.Select(algorithm => algorithm.Header),
    ]);

    /// <summary>Headers that are taken with the one value which asks for what happens anyway.</summary>
    private static readonly FrozenDictionary<string, string> Defaults = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["x-amz-acl"] = "private",
        ["x-amz-storage-class"] = "STANDARD",
        ["x-amz-object-ownership"] = "BucketOwnerEnforced",
        ["x-amz-bucket-object-lock-enabled"] = "false",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, S3Operation> _byName = operations.ToFrozenDictionary(operation => operation.Name, StringComparer.Ordinal);

    public ImmutableArray<S3Operation> Operations => operations;

    public S3Operation this[string name] => _byName[name];

    /// <summary>The call; a fault of 501 names what is not offered, one of 405 says that the method does not fit the path.</summary>
    public S3Operation Find(WireRequest request, IReadOnlyDictionary<string, string> query)
    {
        var level = S3Target.Of(request).Level;
        var copies = request.Header(CopySource) is not null;
        var found = operations.Where(operation => Fits(operation, request.Method, level, query))
            .MaxBy(operation => (operation.Marks.Length, operation.Copies == copies));
        foreach (var word in query.Keys)
        {
            if (found is null || !(found.Marks.Contains(word) || found.Query.Contains(word) || IsForLogsOnly(word)))
            {
                throw NotOffered($"{Shown(word, "a query parameter", "the query parameter")} {In(found, request.Method)}");
            }
        }

        if (found is null)
        {
            throw new AwsFault(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
        }

        CheckHeaders(request, found);
        return found;
    }

    /// <summary>A refusal of something that S3 has and the sandbox does not.</summary>
    public static AwsFault NotOffered(string what) => new(501, "NotImplemented", $"The sandbox does not offer {what}.");

    private static bool Fits(S3Operation operation, string method, S3Level level, IReadOnlyDictionary<string, string> query) =>
        operation.Method == method && operation.Level == level && operation.Marks.All(query.ContainsKey)
        && (operation.MarkValue is null || query[operation.Marks[0]] == operation.MarkValue);

    private static void CheckHeaders(WireRequest request, S3Operation operation)
    {
        foreach (var (given, value) in request.Headers)
        {
            var name = given.ToLowerInvariant();
            if (!name.StartsWith("x-amz-", StringComparison.Ordinal) || Common.Contains(name) || (operation.Copies && name == CopySource)
                || operation.Headers.Any(known => known.EndsWith('-') ? name.StartsWith(known, StringComparison.Ordinal) : name == known))
            {
                continue;
            }

            if (!Defaults.TryGetValue(name, out var harmless))
            {
                throw NotOffered($"{Shown(name, "a header that begins with x-amz-", "the header")} {In(operation, request.Method)}");
            }

            if (value != harmless)
            {
                throw NotOffered($"values of {name} other than {harmless}");
            }
        }
    }

    /// <summary>S3 itself passes such words over, so that clients can leave notes in its access log; SDKs name their call in <c>x-id</c>.</summary>
    private static bool IsForLogsOnly(string word) =>
        word.StartsWith("x-", StringComparison.Ordinal) && !word.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name, where it looks like one: what a client sends by mistake may be a secret.</summary>
    private static string Shown(string name, string unnamed, string named) =>
        name.Length is > 0 and <= 60 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') ? $"{named} {name}" : unnamed;

    private static string In(S3Operation? operation, string method) => $"in {operation?.Name ?? method}";
}
