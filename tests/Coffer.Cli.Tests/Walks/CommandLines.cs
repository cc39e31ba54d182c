using Coffer.Cli.Commands;
using Coffer.Cli.Dispatch;

namespace Coffer.Cli.Tests.Walks;

/// <summary>
/// A command line for every command that talks to a server, so that tests can walk over all of them. In a line, <c>PATH</c> is where a person
/// types a path and <c>FILE</c> where a file is named.
/// </summary>
internal static class CommandLines
{
    private static readonly Dictionary<string, string[]> Lines = new()
    {
        ["audit disable"] = ["PATH"],
        ["audit enable"] = ["-path=PATH", "file", "file_path=/tmp/a"],
        ["audit list"] = [],
        ["audit verify"] = ["-ask=PATH", "FILE"],
        ["auth disable"] = ["PATH"],
        ["auth enable"] = ["-path=PATH", "userpass"],
        ["auth help"] = ["PATH"],
        ["auth list"] = [],
        ["auth move"] = ["PATH", "PATH"],
        ["auth tune"] = ["-description=x", "PATH"],
        ["delete"] = ["PATH"],
        ["kv delete"] = ["PATH"],
        ["kv destroy"] = ["-versions=1", "PATH"],
        ["kv enable-versioning"] = ["PATH"],
        ["kv get"] = ["PATH"],
        ["kv list"] = ["PATH"],
        ["kv metadata delete"] = ["PATH"],
        ["kv metadata get"] = ["PATH"],
        ["kv metadata patch"] = ["-max-versions=1", "PATH"],
        ["kv metadata put"] = ["-max-versions=1", "PATH"],
        ["kv patch"] = ["PATH", "a=b"],
        ["kv put"] = ["PATH", "a=b"],
        ["kv rollback"] = ["-version=1", "PATH"],
        ["kv undelete"] = ["-versions=1", "PATH"],
        ["lease attention"] = ["-mount=PATH"],
        ["lease forget"] = ["-reason=x", "PATH"],
        ["lease jobs"] = ["PATH"],
        ["lease lookup"] = ["PATH"],
        ["lease renew"] = ["PATH"],
        ["lease retry"] = ["PATH"],
        ["lease revoke"] = ["-prefix", "PATH"],
        ["list"] = ["PATH"],
        ["login"] = ["-no-store", "-method=userpass", "-path=PATH", "username=u", "password=p"],
        ["operator generate-root"] = ["share"],
        ["operator init"] = [],
        ["operator key-status"] = [],
        ["operator quarantine"] = [],
        ["operator rekey"] = ["share"],
        ["operator rotate"] = [],
        ["operator seal"] = [],
        ["operator slot add"] = [],
        ["operator slot list"] = [],
        ["operator slot remove"] = ["PATH"],
        ["operator step-down"] = [],
        ["operator unseal"] = ["share"],
        ["patch"] = ["PATH", "a=b"],
        ["path-help"] = ["PATH"],
        ["policy delete"] = ["PATH"],
        ["policy explain"] = ["read", "PATH"],
        ["policy lint"] = ["FILE"],
        ["policy list"] = [],
        ["policy read"] = ["PATH"],
        ["policy write"] = ["PATH", "FILE"],
        ["print token"] = [],
        ["read"] = ["PATH"],
        ["secrets disable"] = ["PATH"],
        ["secrets enable"] = ["-path=PATH", "kv"],
        ["secrets list"] = [],
        ["secrets move"] = ["PATH", "PATH"],
        ["secrets tune"] = ["-description=x", "PATH"],
        ["status"] = [],
        ["token capabilities"] = ["PATH"],
        ["token create"] = [],
        ["token lookup"] = [],
        ["token renew"] = [],
        ["token revoke"] = ["-mode=path", "PATH"],
        ["unwrap"] = ["hvs.other"],
        ["write"] = ["PATH", "a=b"],
    };

    /// <summary>The names of all commands that have the flags of a client.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. CommandCatalog.Names.Where(name => CommandCatalog.Find(name) is ApiCommand).Order(StringComparer.Ordinal)];

    /// <summary>As a theory takes them.</summary>
    public static TheoryData<string> Theory => new(Names);

    /// <summary>The commands that take a path, as a theory takes them.</summary>
    public static TheoryData<string> WithPath => new(Names.Where(name => Lines[name].Any(word => word.Contains("PATH", StringComparison.Ordinal))));

    /// <summary>The words of a command line, flags in front.</summary>
    public static string[] Of(string name, string file, string path, params ReadOnlySpan<string> flags)
    {
        var line = Lines.TryGetValue(name, out var found) ? found : throw new InvalidOperationException($"\"{name}\" has no line here: give it one, so that the walks reach it");
        return [.. name.Split(' '), .. flags, .. line.Select(word => word.Replace("PATH", path, StringComparison.Ordinal).Replace("FILE", file, StringComparison.Ordinal))];
    }
}
