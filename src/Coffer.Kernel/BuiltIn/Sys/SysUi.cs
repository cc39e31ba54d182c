using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Policies;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>What user interfaces and <c>kv</c> commands ask before they ask for anything else.</summary>
internal static class SysUi
{
    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("internal/ui/mounts", "Shows the mounts that the caller can see.") { Read = MountsAsync, Unauthenticated = true, SpendsNoUse = true },
        new("internal/ui/mounts/{path...}", "Shows the mount that serves a path.") { Read = MountAsync, Unauthenticated = true, SpendsNoUse = true },
        new("internal/ui/resultant-acl", "Shows everything that the caller's policies say.") { Read = AclAsync },
    ];

    private static ValueTask<Reply> MountsAsync(EngineRequest engineRequest, CancellationToken cancellation) => ValueTask.FromResult(Mounts(KernelRequest.Of(engineRequest)));

    private static ValueTask<Reply> MountAsync(EngineRequest engineRequest, CancellationToken cancellation) => ValueTask.FromResult(Mount(KernelRequest.Of(engineRequest)));

    private static Reply Mounts(KernelRequest request)
    {
        var caller = request.Guest;
        if (caller is null && request.Api.Token.Length > 0)
        {
            return new Reply.Refused(ApiError.PermissionDenied);
        }

        var seen = request.Router.Table.Mounts
            .Where(mount => mount.Tuning.ListingVisibility == "unauth" || (caller is not null && Sees(caller.Acl, mount)))
            .OrderBy(mount => mount.Path, StringComparer.Ordinal)
            .ToArray();
        return Reply.With(json =>
        {
            foreach (var (name, kind) in new[] { ("secret", MountClass.Secret), ("auth", MountClass.Auth) })
            {
                json.WriteStartObject(name);
                foreach (var mount in seen.Where(mount => mount.Class == kind))
                {
                    json.WriteStartObject(NameOf(mount));
                    if (caller is null)
                    {
                        WriteShort(json, mount);
                    }
                    else
                    {
                        MountJson.WriteMembers(json, mount);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }
        });
    }

    private static Reply Mount(KernelRequest request)
    {
        var caller = request.Guest;
        var path = request.Param("path");
        var mounted = request.Router.Find(path, out _) ?? request.Router.Find(path + "/", out _);

        if (caller is null)
        {
            return new Reply.Refused(ApiError.PermissionDenied);
        }

        // A refusal must not tell whether there is such a mount.
        if (mounted is null || !Sees(caller.Acl, mounted.Mount))
        {
            return new Reply.Refused(new ApiError(ErrorKind.PermissionDenied, "preflight capability check returned 403, please ensure client's policies grant access to path \"" + path + "/\""));
        }

        return Reply.With(json =>
        {
            MountJson.WriteMembers(json, mounted.Mount);
            json.WriteString("path", NameOf(mounted.Mount));
        });
    }

    private static ValueTask<Reply> AclAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var resultant = KernelRequest.Of(engineRequest).RequiredCaller.Acl.Resultant();
        return ValueTask.FromResult(Reply.With(json =>
        {
            json.WriteBoolean("root", resultant.IsRoot);
            WriteRules(json, "exact_paths", resultant.ExactPaths);
            WriteRules(json, "glob_paths", resultant.GlobPaths);
        }));
    }

    private static void WriteRules(Utf8JsonWriter json, string name, ImmutableSortedDictionary<string, GrantedRule> rules)
    {
        json.WriteStartObject(name);
        foreach (var (path, rule) in rules)
        {
            json.WriteStartObject(path);
            json.WriteTexts("capabilities", rule.CapabilityNames);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>A mount's path as user interfaces know it: that of an auth method begins behind <c>auth/</c>.</summary>
    private static string NameOf(MountEntry mount) => mount.Class == MountClass.Auth ? mount.Path["auth/".Length..] : mount.Path;

    internal static bool Sees(Acl acl, MountEntry mount) => acl.IsRoot || acl.HasAnyUnder(mount.Path);

    private static void WriteShort(Utf8JsonWriter json, MountEntry mount)
    {
        json.WriteString("type", mount.Type);
        json.WriteString("description", mount.Description);
        MountJson.WriteOptions(json, mount);
    }
}
