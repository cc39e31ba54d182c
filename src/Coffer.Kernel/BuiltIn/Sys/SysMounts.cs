using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Revocation.Jobs;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/mounts</c> and <c>sys/auth</c>: what is served where.</summary>
internal sealed class SysMounts(
    RouterFactory routers, SystemTtl systemTtl, SysMountTuning tuning, JobWait jobs, IRandom random, ILogger log)
{
    /// <summary>Types of which every server has exactly one mount.</summary>
    private static readonly HashSet<string> Unmountable = new(StringComparer.Ordinal) { "system", "cubbyhole", "identity", "token" };

    private static readonly Field<string> TypeField = Field.Text("type", "The engine's type, such as kv or aws.");
    private static readonly Field<string> Description = Field.Text("description", "A line for people.");
    private static readonly Field<JsonElement> Config = Field.Object("config", "Settings, as in tune.", TuningFields.All);
    private static readonly Field<ImmutableSortedDictionary<string, string>> Options = Field.TextMap("options", "The engine's own options, such as version for kv.");
    private static readonly Field<bool> Local = Field.Boolean("local", "Accepted and shown; there is no replication.");
    private static readonly Field<bool> SealWrap = Field.Boolean("seal_wrap", "Accepted and shown; every entry is sealed.");
    private static readonly Field<bool> Entropy = Field.Boolean("external_entropy_access", "Accepted and shown.");
    private static readonly Field<string> PluginName = Field.Text("plugin_name", "Old way to name the type.").OldNameOf(TypeField);

    private static readonly ImmutableArray<Field> Fields = [TypeField, Description, Config, Options, Local, SealWrap, Entropy, PluginName];
    private static readonly string[] Reserved = ["sys/", "auth/", "identity/", "cubbyhole/", "audit/"];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("mounts", "Lists the secrets engines.") { Read = (request, ct) => ListAsync(request, MountClass.Secret) },
        new("mounts/{path...}", "Enables, shows and disables a secrets engine.")
        {
            Fields = Fields,
            JudgedFields = SysMountTuning.Fields,
            Read = (request, ct) => ReadOrTuneAsync(request, MountClass.Secret),
            Write = (request, ct) => WriteOrTuneAsync(request, MountClass.Secret),
            Delete = (request, ct) => DisableAsync(request, MountClass.Secret, ct),
        },
        new("auth", "Lists the auth methods.") { Read = (request, ct) => ListAsync(request, MountClass.Auth) },
        new("auth/{path...}", "Enables, shows and disables an auth method.")
        {
            Fields = Fields,
            JudgedFields = SysMountTuning.Fields,
            Sudo = true,
            Read = (request, ct) => ReadOrTuneAsync(request, MountClass.Auth),
            Write = (request, ct) => WriteOrTuneAsync(request, MountClass.Auth),
            Delete = (request, ct) => DisableAsync(request, MountClass.Auth, ct),
        },
    ];

    /// <summary>The mount path that a request names, with a slash at its end; auth methods below <c>auth/</c>.</summary>
    public static string PathOf(string named, MountClass kind) => (kind == MountClass.Auth ? "auth/" : "") + named.TrimEnd('/') + "/";

    private static ValueTask<Reply> ListAsync(EngineRequest engineRequest, MountClass kind)
    {
        var request = KernelRequest.Of(engineRequest);
        return ValueTask.FromResult(KernelReply.TopLevel(json =>
        {
            foreach (var mount in request.Router.Table.Mounts.Where(mount => mount.Class == kind).OrderBy(mount => mount.Path, StringComparer.Ordinal))
            {
                json.WriteStartObject(kind == MountClass.Auth ? mount.Path["auth/".Length..] : mount.Path);
                MountJson.WriteMembers(json, mount);
                json.WriteEndObject();
            }
        }));
    }

    private ValueTask<Reply> ReadOrTuneAsync(EngineRequest engineRequest, MountClass kind)
    {
        var request = KernelRequest.Of(engineRequest);
        var named = request.Param("path");
        if (SysMountTuning.TryTunePath(named, out var tuned))
        {
            return tuning.ReadAsync(request, PathOf(tuned, kind));
        }

        var mount = request.Router.Table.Find(PathOf(named, kind));
        if (mount is null)
        {
            return ValueTask.FromResult(Reply.Invalid($"No {(kind == MountClass.Auth ? "auth" : "secret")} engine at {named}/"));
        }

        return ValueTask.FromResult(KernelReply.TopLevel(json => MountJson.WriteMembers(json, mount)));
    }

    private ValueTask<Reply> WriteOrTuneAsync(EngineRequest engineRequest, MountClass kind)
    {
        var request = KernelRequest.Of(engineRequest);
        return SysMountTuning.TryTunePath(request.Param("path"), out var tuned)
            ? tuning.WriteAsync(request, PathOf(tuned, kind))
            : ValueTask.FromResult(Enable(request, kind));
    }

    private Reply Enable(KernelRequest request, MountClass kind)
    {
        var path = PathOf(request.Param("path"), kind);
        if (request.Param("path").Length == 0)
        {
            return new Reply.Refused(Refusals.UnsupportedOperation);
        }

        var asked = request.Get(TypeField);
        if (asked.Length == 0)
        {
            return Reply.Invalid("backend type must be specified as a string");
        }

        if (PathProblem(request, path, kind) is { } wrongPath)
        {
            return Reply.Invalid(wrongPath);
        }

        var (type, options) = Alias(asked, request.Get(Options));
        if (TypeProblem(type, kind, options) is { } wrongType)
        {
            return Reply.Invalid(wrongType);
        }

        var config = TuningFields.Parse(request.Get(Config), out var problem);
        var tuned = TuningFields.Apply(
            config, new MountTuning { TokenType = kind == MountClass.Auth ? "default-service" : "" }, type, routers.TypeOf(type, kind), kind, systemTtl, enabling: true, out var refused);
        if ((problem ?? refused) is { } wrong)
        {
            return Reply.Invalid(wrong);
        }

        var mount = MountEntry.New(random, path, type, kind, request.Get(Description)) with
        {
            Options = options,
            HasOptions = true,
            Tuning = tuned,
            Local = request.Get(Local),
            SealWrap = request.Get(SealWrap),
            ExternalEntropyAccess = request.Get(Entropy),
        };
        request.Work.Put(MountTable.StorageKey, request.Router.Table.With(mount), MountsJsonContext.Default.MountTable);
        return Reply.Done.Then(() => MountLog.Mounted(log, mount.Path, mount.Type, mount.Accessor));
    }

    private async ValueTask<Reply> DisableAsync(EngineRequest engineRequest, MountClass kind, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var path = PathOf(request.Param("path"), kind);
        var mount = request.Router.Table.Find(path);
        if (IsReserved(path, kind))
        {
            return Reply.Invalid(kind == MountClass.Auth ? "token credential backend cannot be disabled" : $"cannot unmount \"{path}\"");
        }

        if (mount is null)
        {
            return Reply.Done;
        }

        if (await JobStore.FindAsync(request.Work, mount.DrainJob, cancellation) is { State: JobState.Running })
        {
            return jobs.Join(mount.DrainJob, wait: null);
        }

        // From this commit on the mount answers nothing, so no lease can be added while the old ones go.
        var job = jobs.New(request, JobKind.Unmount, mount.Path) with { MountUuid = mount.Uuid, Scopes = LeaseScope.OfMount(mount) };
        await MountRemoval.SetDrainingAsync(request.Work, mount.Uuid, job.Id, cancellation);
        return jobs.Begin(request, job, wait: null);
    }

    private static bool IsReserved(string path, MountClass kind) => kind == MountClass.Auth
        ? path == "auth/token/"
        : Reserved.Any(reserved => path.StartsWith(reserved, StringComparison.Ordinal));

    private static string? PathProblem(KernelRequest request, string path, MountClass kind)
    {
        if (kind == MountClass.Secret && IsReserved(path, kind))
        {
            return $"cannot mount \"{path}\"";
        }

        if (MountPathRule.ProblemOf(path) is { } problem)
        {
            return problem;
        }

        var taken = request.Router.Table.Mounts.FirstOrDefault(mount =>
            path.StartsWith(mount.Path, StringComparison.Ordinal) || mount.Path.StartsWith(path, StringComparison.Ordinal));
        return taken is null ? null : $"path is already in use at {(kind == MountClass.Auth ? taken.Path["auth/".Length..] : taken.Path)}";
    }

    /// <summary>Some names mean a type with options, such as <c>kv-v2</c>.</summary>
    private (string Type, ImmutableSortedDictionary<string, string> Options) Alias(string name, ImmutableSortedDictionary<string, string> options)
    {
        foreach (var type in routers.Types)
        {
            if (type.Aliases.TryGetValue(name, out var meant))
            {
                return (type.Name, options.SetItems(meant));
            }
        }

        return (name, options);
    }

    private string? TypeProblem(string type, MountClass kind, ImmutableSortedDictionary<string, string> options)
    {
        if (Unmountable.Contains(type))
        {
            return kind == MountClass.Auth ? $"token credential backend cannot be instantiated" : $"mount type of \"{type}\" is not mountable";
        }

        if (type == "plugin")
        {
            return "plugin_name must be provided for plugin backend";
        }

        if (routers.TypeOf(type, kind) is not { } found)
        {
            var names = routers.NamesOf(kind).Where(name => !Unmountable.Contains(name)).ToArray();
            return $"plugin not found in the catalog: there {(names.Length == 1 ? "is" : "are")} {string.Join(", ", names)}";
        }

        if (options.TryGetValue("version", out var version))
        {
            return found.Versions is not { } judge ? $"{(kind == MountClass.Auth ? "auth method" : "secrets engine")} \"{type}\" does not allow setting a version"
                : version.Length == 0 ? "invalid version provided: options.version must not be empty"
                : judge("", version).Problem;
        }

        return null;
    }
}
