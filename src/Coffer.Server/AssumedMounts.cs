using System.Collections.Immutable;
using Coffer.Kernel.Hosting;
using Coffer.Outbound;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Server.Outbound;

namespace Coffer.Server;

/// <summary>The paths of engines at mounts that somebody names, without a server. The engines are asked for nothing but their tables.</summary>
internal static class AssumedMounts
{
    /// <summary>Reads <c>PATH=TYPE</c>, such as <c>aws=aws</c> or <c>auth/userpass=userpass</c>. What each server has is there in any case.</summary>
    /// <param name="given">What is mounted where.</param>
    /// <param name="tables">The mounts' paths, each with its slash, and what is there.</param>
    /// <param name="problem">What is wrong with one of them, and what to write instead.</param>
    public static bool TryRead(IReadOnlyList<string> given, out IReadOnlyList<(string Mount, PathTable Paths)> tables, out string problem)
    {
        var read = new List<(string, PathTable)>(BuiltInPaths.Compose());
        (tables, problem) = (read, "");
        foreach (var each in given.Prepend("cubbyhole=cubbyhole"))
        {
            var split = each.LastIndexOf('=');
            var (mount, name) = split > 0 ? (each[..split].Trim('/'), each[(split + 1)..]) : ("", "");
            if (mount.Length == 0)
            {
                problem = "a mount must be PATH=TYPE, such as aws=aws, secret=kv-v2 or auth/userpass=userpass";
                return false;
            }

            if (TableOf(name) is not { } table)
            {
                problem = $"this program has no engine \"{name}\"; there are {string.Join(", ", EngineCatalog.All.SelectMany(Names).Order(StringComparer.Ordinal))}";
                return false;
            }

            read.Add((mount + "/", table));
        }

        return true;
    }

    private static IEnumerable<string> Names(EngineType type) => type.Aliases.Keys.Prepend(type.Name);

    private static PathTable? TableOf(string name)
    {
        if (EngineCatalog.All.FirstOrDefault(type => Names(type).Contains(name, StringComparer.Ordinal)) is not { } type)
        {
            return null;
        }

        using var outbound = new MountOutbound(new AddressGuard(allowsLinkLocal: false));
        var options = type.Aliases.GetValueOrDefault(name, ImmutableDictionary<string, string>.Empty);
        var engine = type.Create(new EngineContext("assumed", options, TimeProvider.System, SystemRandom.Instance, outbound));
        using var ending = engine as IDisposable;
        return new PathTable(engine.Paths);
    }
}
