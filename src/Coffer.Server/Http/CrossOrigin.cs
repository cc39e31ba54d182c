using Coffer.Kernel.Hosting;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Replies;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.Server.Http;

/// <summary>
/// Judges requests that a web page of another origin makes, before anything else is. A request without an <c>Origin</c>, and one of a page that
/// this server served itself, goes on untouched.
/// </summary>
internal static class CrossOrigin
{
    private const string Methods = "DELETE, GET, OPTIONS, POST, PUT, LIST, PATCH";
    private const string PreflightSeconds = "300";

    private static readonly string[] KnownMethods = Methods.Split(", ");

    /// <summary>The answer, when the request ends here: a preflight, or an origin that is not allowed. Null: it goes on.</summary>
    public static async ValueTask<ApiReply?> JudgeAsync(ServerKernel kernel, IFeatureCollection context, CancellationToken cancellation)
    {
        var http = context.GetRequiredFeature<IHttpRequestFeature>();
        var origin = http.Headers.Origin.ToString();
        if (origin.Length == 0 || IsOwn(origin, http) || await kernel.Requests.CorsAsync(cancellation) is not { } settings)
        {
            return null;
        }

        if (!settings.Allows(origin))
        {
            return ApiReply.Error(ErrorKind.PermissionDenied, "origin not allowed");
        }

        var answer = context.GetRequiredFeature<IHttpResponseFeature>().Headers;
        answer.AccessControlAllowOrigin = origin;
        answer.Vary = "Origin";
        if (http.Method != "OPTIONS")
        {
            return null;
        }

        if (!KnownMethods.Contains(http.Headers.AccessControlRequestMethod.ToString(), StringComparer.Ordinal))
        {
            return ApiReply.From(new ApiError(ErrorKind.Unsupported));
        }

        answer.AccessControlAllowMethods = Methods;
        answer.AccessControlAllowHeaders = string.Join(", ", settings.AllowedHeaders);
        answer.AccessControlMaxAge = PreflightSeconds;
        return new ApiReply(200, ReadOnlyMemory<byte>.Empty);
    }

    private static bool IsOwn(string origin, IHttpRequestFeature http) =>
        origin.Equals($"{http.Scheme}://{http.Headers.Host}", StringComparison.OrdinalIgnoreCase);
}
