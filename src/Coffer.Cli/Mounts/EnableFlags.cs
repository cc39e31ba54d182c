using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Mounts;

/// <summary>What only enabling can say.</summary>
internal sealed class EnableFlags(FlagTable flags, bool isAuth)
{
    private const string Group = "Command Options";
    private readonly MountFlags _mount = new(flags, isAuth);
    private readonly TextFlag _path = flags.Add(Group, new TextFlag("path", "Where to mount it; by default at its type's name."));
    private readonly TextFlag _plugin = flags.Add(Group, new TextFlag("plugin-name", "Name of the plugin, for the type \"plugin\"."));
    private readonly SwitchFlag _noCache = flags.Add(Group, new SwitchFlag("force-no-cache", "Do not cache what this mount stores."));
    private readonly SwitchFlag _local = flags.Add(Group, new SwitchFlag("local", "Do not replicate the mount."));
    private readonly SwitchFlag _sealWrap = flags.Add(Group, new SwitchFlag("seal-wrap", "Encrypt critical values with the seal as well."));
    private readonly SwitchFlag _entropy = flags.Add(Group, new SwitchFlag("external-entropy-access", "Let the engine use external entropy."));

    /// <summary>The type in the first argument, or the plugin's name for "plugin".</summary>
    public string Type(Invocation call)
    {
        var type = call.Arguments[0].Trim();
        return type != "plugin" ? type
            : _plugin.Value.Length > 0 ? _plugin.Value
            : throw CliException.Local("the type \"plugin\" needs -plugin-name");
    }

    /// <summary>Where it goes, with a slash at the end.</summary>
    public string Path(string type) => Paths.AsMount(_path.Value.Length > 0 ? _path.Value : type);

    public JsonObject Body(string type)
    {
        var body = _mount.EnableBody(type);
        body["local"] = _local.Value;
        body["seal_wrap"] = _sealWrap.Value;
        body["external_entropy_access"] = _entropy.Value;
        if (_noCache.Value)
        {
            ((JsonObject)body["config"]!)["force_no_cache"] = true;
        }

        return body;
    }
}
