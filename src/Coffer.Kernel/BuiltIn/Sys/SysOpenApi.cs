using System.Collections.Immutable;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.OpenApi;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>The OpenAPI document of every mount that the caller can see; without a token, of the paths that need none.</summary>
/// <param name="version">As the API reports it.</param>
internal sealed class SysOpenApi(string version)
{
    public ImmutableArray<EnginePath> Paths =>
    [
        new("internal/specs/openapi", "Describes the API as an OpenAPI 3 document.") { Read = DocumentAsync, Unauthenticated = true, SpendsNoUse = true },
    ];

    private ValueTask<Reply> DocumentAsync(EngineRequest engineRequest, CancellationToken cancellation) => ValueTask.FromResult(Document(KernelRequest.Of(engineRequest)));

    private Reply Document(KernelRequest request)
    {
        var caller = request.Guest;
        if (caller is null && request.Api.Token.Length > 0)
        {
            return new Reply.Refused(ApiError.PermissionDenied);
        }

        var described = request.Router.Table.Mounts
            .Where(mount => !mount.Draining && IsSeen(mount, caller))
            .OrderBy(mount => mount.Path, StringComparer.Ordinal)
            .Select(mount => Describe(request.Router, mount, onlyOpen: caller is null));
        return new Reply.Raw(200, ApiReply.Json, OpenApiDocument.Write(version, described));
    }

    private static bool IsSeen(MountEntry mount, Caller? caller) =>
        caller is null ? mount.Type == "system" || mount.Tuning.ListingVisibility == "unauth" : SysUi.Sees(caller.Acl, mount);

    private static DescribedMount Describe(Router router, MountEntry mount, bool onlyOpen)
    {
        var tag = mount.Type == "system" ? "system" : mount.Class == MountClass.Auth ? "auth" : "secrets";
        var paths = router.FindByUuid(mount.Uuid)?.Paths.Paths ?? [];
        return new DescribedMount(mount.Path, tag, onlyOpen ? [.. paths.Where(path => path.Unauthenticated)] : paths);
    }
}
