using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Output;

namespace Coffer.Cli.Mounts;

/// <summary>Lists of mounts as <c>secrets list</c> and <c>auth list</c> print them.</summary>
internal static class MountTable
{
    public static void Print(Invocation call, JsonObject mounts, bool isAuth)
    {
        if (!call.Printer.IsTable)
        {
            call.Printer.Data(mounts);
            return;
        }

        var ordered = mounts.OrderBy(mount => mount.Key, StringComparer.Ordinal).Select(mount => (mount.Key, (JsonObject)mount.Value!));
        call.Printer.Line(call.Detailed
            ? Table.WithHeader(DetailedHeader(isAuth), ordered.Select(mount => Detailed(mount.Key, mount.Item2, isAuth)))
            : Table.WithHeader(SimpleHeader(isAuth), ordered.Select(mount => Simple(mount.Key, mount.Item2, isAuth))));
    }

    private static string[] SimpleHeader(bool isAuth) =>
        isAuth ? ["Path", "Type", "Accessor", "Description", "Version"] : ["Path", "Type", "Accessor", "Description"];

    private static string[] Simple(string path, JsonObject mount, bool isAuth)
    {
        string[] row = [path, Text(mount, "type"), Text(mount, "accessor"), Text(mount, "description")];
        return isAuth ? [.. row, Text(mount, "plugin_version")] : row;
    }

    private static string[] DetailedHeader(bool isAuth) =>
    [
        "Path", "Plugin", "Accessor", "Default TTL", "Max TTL", isAuth ? "Token Type" : "Force No Cache", "Replication", "Seal Wrap",
        "External Entropy Access", "Options", "Description", "UUID", "Version", "Running Version", "Running SHA256", "Deprecation Status",
    ];

    private static string[] Detailed(string path, JsonObject mount, bool isAuth)
    {
        var config = mount["config"] as JsonObject ?? [];
        var type = Text(mount, "type");
        return
        [
            path, type, Text(mount, "accessor"), Ttl(type, Text(config, "default_lease_ttl")), Ttl(type, Text(config, "max_lease_ttl")),
            isAuth ? Text(config, "token_type") : Flag(config, "force_no_cache"),
            Text(mount, "local") == "true" ? "local" : "replicated",
            Flag(mount, "seal_wrap"), Flag(mount, "external_entropy_access"),
            mount["options"] is JsonObject options ? GoValue.Of(options) : "map[]",
            Text(mount, "description"), Text(mount, "uuid"), Text(mount, "plugin_version"), Text(mount, "running_plugin_version"),
            Text(mount, "running_sha256"), Text(mount, "deprecation_status"),
        ];
    }

    // The built-in mounts without leases have none of their own to show.
    private static string Ttl(string type, string seconds) =>
        type is "system" or "cubbyhole" ? "" : seconds is "" or "0" ? "system" : seconds;

    private static string Text(JsonObject map, string name) => map[name] is { } value ? GoValue.Of(value) : "";

    private static string Flag(JsonObject map, string name) => Text(map, name) is { Length: > 0 } text ? text : "false";
}
