using Coffer.Kernel.Mounts;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Kernel.Pipeline;

/// <summary>Finds mount, row and operation of a request. A path that leads nowhere is refused only once the caller is known.</summary>
internal sealed class RouteStep(RouterFactory routers)
{
    /// <exception cref="StoreUnavailableException">The mount table cannot be read.</exception>
    public async ValueTask RunAsync(RequestContext context, CancellationToken cancellation)
    {
        var router = await routers.ReadAsync(context.Work, cancellation);
        var request = context.Request;
        var route = router.Route(request.Path, request.Operation == Operation.List);
        if (route.Mounted is null || route.Mounted.Mount.Draining)
        {
            context.RouteTo(router, route with { Mounted = null, Below = "", Match = null });
            context.Refusal = new ApiError(ErrorKind.NotFound, $"no handler for route '{route.FullPath}'");
            return;
        }

        // Help on the mount itself, also where a path takes every ending.
        var isHelpOnMount = request.Help && route.Below.Length == 0;
        context.RouteTo(router, isHelpOnMount ? route with { Match = null } : route);
        context.Refusal = isHelpOnMount ? null : RefusalOf(request, context.Row);
        context.Work.Frees = FreeingRequests.Contains(context);
    }

    private static ApiError? RefusalOf(ApiRequest request, EnginePath? row)
    {
        if (row is null)
        {
            return Refusals.UnsupportedPath;
        }

        if (row.HandlerOf(request.Operation) is not null || request.Help)
        {
            return null;
        }

        // Only a path that takes any ending knows the folder that a listing names.
        return request.Operation == Operation.List && !row.Template.EndsWith("...}", StringComparison.Ordinal) ? Refusals.UnsupportedPath : Refusals.UnsupportedOperation;
    }
}
