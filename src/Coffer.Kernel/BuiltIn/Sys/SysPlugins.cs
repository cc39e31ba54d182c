using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Mounts;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/plugins</c>: every engine is built in, so the catalog can be read, and nothing can be put into it.</summary>
internal sealed class SysPlugins(RouterFactory routers, IRandom random)
{
    private const int Sha256Bytes = 32;

    private static readonly Field<string> Sha256 = Field.Text("sha256", "Vault's field; nothing is registered here.");
    private static readonly Field<string> Command = Field.Text("command", "Vault's field; nothing is registered here.");
    private static readonly Field<string> Plugin = Field.Text("plugin", "Restart every mount of this type.");
    private static readonly Field<ImmutableArray<string>> Mounts = Field.TextList("mounts", "Restart these mounts.");
    private static readonly string[] Types = ["auth", "database", "secret"];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("plugins/catalog", "Lists every engine.") { Read = (_, _) => ValueTask.FromResult(Catalog()) },
        new("plugins/catalog/{type}", "Lists the engines of a type: auth, database or secret.")
        {
            Sudo = true, Read = (request, _) => ValueTask.FromResult(List(request)), List = (request, _) => ValueTask.FromResult(List(request)),
        },
        new("plugins/catalog/{type}/{name}", "Shows an engine.")
        {
            Fields = [Sha256, Command],
            Sudo = true,
            Read = (request, _) => ValueTask.FromResult(Show(request)),
            Write = (request, _) => ValueTask.FromResult(Refuse(request)),
            Delete = (_, _) => ValueTask.FromResult(Reply.Done),
        },
        new("plugins/reload/backend", "Restarts engines: what they hold in memory goes.")
        {
            Fields = [Plugin, Mounts], Sudo = true, Write = (request, _) => ValueTask.FromResult(Reload(KernelRequest.Of(request))),
        },
    ];

    private IEnumerable<string> NamesOf(string type) => routers.Types
        .Where(engine => type == "auth" ? engine.Class == MountClass.Auth : type == "secret" && engine.Class == MountClass.Secret)
        .Select(engine => engine.Name)
        .Where(name => name is not ("system" or "token" or "identity" or "cubbyhole"))
        .Order(StringComparer.Ordinal);

    private Reply Catalog() => Reply.With(json =>
    {
        json.WriteStartArray("detailed");
        foreach (var type in Types)
        {
            foreach (var name in NamesOf(type))
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                json.WriteString("name", name);
                json.WriteString("version", "");
                json.WriteBoolean("builtin", true);
                json.WriteString("deprecation_status", "supported");
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        foreach (var type in Types)
        {
            json.WriteTexts(type, NamesOf(type));
        }
    });

    private Reply List(EngineRequest request) => Types.Contains(request.Param("type"), StringComparer.Ordinal)
        ? Reply.With(json => json.WriteTexts("keys", NamesOf(request.Param("type"))))
        : Reply.Invalid("unknown plugin type: there are auth, database and secret");

    private Reply Show(EngineRequest request) =>
        NamesOf(request.Param("type")).Contains(request.Param("name"), StringComparer.Ordinal)
            ? Reply.With(json => WriteBuiltIn(json, request.Param("name")))
            : Reply.NotFound;

    private static void WriteBuiltIn(Utf8JsonWriter json, string name)
    {
        json.WriteNull("args");
        json.WriteBoolean("builtin", true);
        json.WriteString("command", "");
        json.WriteString("deprecation_status", "supported");
        json.WriteString("name", name);
        json.WriteString("sha256", "");
        json.WriteString("version", "");
    }

    /// <summary>No program that a request names is ever run.</summary>
    private static Reply Refuse(EngineRequest request)
    {
        var (sum, command) = (request.Get(Sha256), request.Get(Command));
        var decoded = new byte[Sha256Bytes];
        return Reply.Invalid(
            sum.Length == 0 ? "missing SHA-256 value"
            : command.Length == 0 ? "missing command value"
            : Convert.FromHexString(sum, decoded, out _, out var length) != System.Buffers.OperationStatus.Done || length != Sha256Bytes ? "Could not decode SHA-256 value from Hex"
            : "plugins cannot be registered: every engine is built in, and no program from the disk is run");
    }

    private Reply Reload(KernelRequest request)
    {
        var (plugin, mounts) = (request.Get(Plugin), request.Get(Mounts));
        if (plugin.Length == 0 && mounts.IsEmpty)
        {
            return Reply.Invalid("plugin or mounts must be provided");
        }

        if (plugin.Length > 0 && !mounts.IsEmpty)
        {
            return Reply.Invalid("plugin and mounts cannot be set at the same time");
        }

        var found = mounts.Select(named => request.Router.Table.Find(named.TrimEnd('/') + "/")).ToArray();
        if (Array.FindIndex(found, mount => mount is null) is var missing && missing >= 0)
        {
            return Reply.Invalid($"entry {missing + 1} of 'mounts' is the path of no mount: nothing was reloaded");
        }

        var chosen = plugin.Length > 0 ? request.Router.Table.Mounts.Where(mount => mount.Type == plugin) : found.OfType<MountEntry>();
        string[] uuids = [.. chosen.Select(mount => mount.Uuid)];
        return Reply.With(json => json.WriteString("reload_id", random.Uuid())).Then(() =>
        {
            routers.StartStream(uuids);
        });
    }
}
