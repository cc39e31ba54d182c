using System.Collections.Immutable;
using Coffer.Kernel.Hosting;
using Coffer.Kernel.OpenApi;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Primitives;
using Coffer.Server;
using Coffer.Testing;

namespace Coffer.Docs.Tests;

/// <summary>The paths of one engine, from its own declaration.</summary>
/// <param name="Title">As a heading.</param>
/// <param name="Prefix">Where it is mounted, with a slash at its end: a placeholder where that is up to the operator.</param>
/// <param name="Paths">In alphabetical order; without the rows that only explain a mistake.</param>
internal sealed record ApiTable(string Title, string Prefix, ImmutableArray<DescribedPath> Paths)
{
    /// <summary>Every engine of the product: those that are always there, then those that can be mounted.</summary>
    public static ImmutableArray<ApiTable> All { get; } =
    [
        .. BuiltInPaths.Compose().Select(table => Of(TitleOf(table.Mount), table.Mount, table.Paths.Paths)),
        .. EngineCatalog.All.OrderBy(type => type.Class).ThenBy(type => type.Name, StringComparer.Ordinal).SelectMany(Mountable),
    ];

    /// <summary>The methods that a path answers, as HTTP has them; <c>LIST</c> is also <c>GET</c> with <c>list=true</c>.</summary>
    public static string MethodsOf(EnginePath row)
    {
        (Operation Operation, string Method)[] methods =
            [(Operation.Read, "GET"), (Operation.List, "LIST"), (Operation.Update, "POST"), (Operation.Patch, "PATCH"), (Operation.Delete, "DELETE")];
        return string.Join(", ", methods.Where(method => row.HandlerOf(method.Operation) is not null).Select(method => method.Method));
    }

    /// <summary>What a caller needs beside the capability of the operation; empty for nothing.</summary>
    public static string NeedsOf(EnginePath row) => row.Unauthenticated ? "no token" : row.Sudo ? "`sudo`" : "";

    private static IEnumerable<ApiTable> Mountable(EngineType type)
    {
        var prefix = type.Class == MountClass.Auth ? $"auth/{type.Name}/" : $"{type.Name}/";
        var title = $"{(type.Class == MountClass.Auth ? "Auth method" : "Secrets engine")} `{type.Name}`";
        return type.Versions is null
            ? [Of(title, prefix, Create(type, version: null).Paths)]
            : new[] { "1", "2" }.Where(version => type.Versions("", version).Problem is null).Select(version => Of($"{title}, version {version}", prefix, Create(type, version).Paths));
    }

    private static string TitleOf(string mount) => mount switch
    {
        "sys/" => "The system",
        "auth/token/" => "Tokens",
        "identity/" => "Identities",
        _ => throw new ArgumentOutOfRangeException(nameof(mount), mount, "an engine of every server without a title"),
    };

    private static IEngine Create(EngineType type, string? version)
    {
        var options = ImmutableDictionary<string, string>.Empty;
        return type.Create(new EngineContext(
            "accessor", version is null ? options : options.Add("version", version), TimeProvider.System, SystemRandom.Instance, new TestOutbound(new HttpClient())));
    }

    private static ApiTable Of(string title, string prefix, ImmutableArray<EnginePath> rows)
    {
        var mount = new DescribedMount(prefix, "", rows);
        var names = new OperationNames();
        return new(title, prefix, [.. rows.Where(row => !row.Undocumented).Select(row => new DescribedPath(mount, row, names)).OrderBy(path => path.Template, StringComparer.Ordinal)]);
    }
}
