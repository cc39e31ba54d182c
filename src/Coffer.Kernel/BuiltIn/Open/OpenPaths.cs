using System.Collections.Immutable;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Open;

/// <summary>The table of the paths that are answered without a token, and on a sealed server too.</summary>
internal static class OpenPaths
{
    private const string Prefix = "sys/";

    private static readonly ImmutableArray<OpenPath> Rows = [InitPath.Row, .. UnsealPaths.Rows, HealthPath.Row, LeaderPath.Row, MetricsPath.Row];

    /// <summary>These paths as rows of the mount <c>sys/</c>, for help and the OpenAPI document. A row that answers only some requests is left out, because the mount declares its path itself.</summary>
    public static IEnumerable<EnginePath> Declared => Rows.Where(row => row.Where is null).Select(row => row.Declared);

    /// <summary>The row that answers a request, whether or not it knows the operation; null when the request goes on to a mount.</summary>
    public static OpenPath? Find(ApiRequest request) =>
        request.Help || request is { Path.EndsWithSlash: true, Operation: Operation.Update or Operation.Patch } ? null
        : Find(request.Path.Text) is { } row && row.Where?.Invoke(request) != false ? row : null;

    /// <summary>Whether a path takes HEAD as a read.</summary>
    public static bool TakesHead(string path) => Find(path)?.TakesHead == true;

    /// <summary>The answer to a request that <see cref="Find(ApiRequest)"/> gave this row for.</summary>
    public static ValueTask<ApiReply> AnswerAsync(OpenPath row, OpenServer server, ApiRequest request, CancellationToken cancellation) =>
        row.HandlerOf(request.Operation) is { } handler ? handler(server, request, cancellation) : ValueTask.FromResult(ApiReply.From(new ApiError(ErrorKind.Unsupported)));

    /// <summary>The fields of a request, or the refusal of those that are wrong.</summary>
    internal static (FieldValues Values, ApiReply? Refusal) Parse(ApiRequest request, params ImmutableArray<Field> fields)
    {
        var values = FieldValues.Parse(fields, request.Data, [], out var problem);
        return (values, problem is null ? null : ApiReply.Error(ErrorKind.Invalid, problem));
    }

    private static OpenPath? Find(string path)
    {
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var name = path.AsSpan(Prefix.Length).TrimEnd('/');
        foreach (var row in Rows)
        {
            if (name.SequenceEqual(row.Name))
            {
                return row;
            }
        }

        return null;
    }
}
