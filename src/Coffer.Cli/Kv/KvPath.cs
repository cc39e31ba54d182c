using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Kv;

/// <summary>A key as the server knows it: the store it is in, found by asking, and the rest of the path.</summary>
/// <param name="Mount">The store's path without a slash at its end; empty for a server too old to say.</param>
/// <param name="Key">The path below the store.</param>
/// <param name="IsVersioned">Whether the store is version 2.</param>
internal sealed record KvPath(string Mount, string Key, bool IsVersioned)
{
    /// <summary>The flag that splits store and key by hand.</summary>
    public static TextFlag MountFlag() =>
        new("mount", "Path of the store; the argument is then the key below it. Without it the argument is both: secret/foo.");

    /// <summary>Asks the server where the store ends and which version it is.</summary>
    public static async Task<KvPath> FindAsync(Invocation call, TextFlag mountFlag, string argument, CancellationToken cancellation)
    {
        var typed = Paths.Sanitize(argument);
        var asked = mountFlag.Value.Length > 0 ? Paths.Sanitize(mountFlag.Value) : typed;
        var (mount, versioned) = await PreflightAsync(call, asked, cancellation);
        if (mountFlag.Value.Length > 0)
        {
            return new KvPath(mount.Length > 0 ? mount : asked, typed, versioned);
        }

        return mount.Length == 0
            ? new KvPath("", typed, false)
            : new KvPath(mount, KeyBelow(typed, mount), versioned);
    }

    /// <summary>The API path: for version 2 with its part, such as <c>data</c>, after the store's.</summary>
    public string Api(string part) => IsVersioned ? Paths.Join(Mount, part, Key) : Paths.Join(Mount, Key);

    /// <summary>The same, for what version 1 does not have.</summary>
    public string VersionedApi(string part, string what) =>
        IsVersioned ? Api(part) : throw CliException.Local($"{what} not supported on KV Version 1");

    // The mount may begin with namespaces that the typed path leaves out.
    private static string KeyBelow(string typed, string mount)
    {
        for (var rest = mount; rest.Length > 0; rest = rest.Contains('/', StringComparison.Ordinal) ? rest[(rest.IndexOf('/', StringComparison.Ordinal) + 1)..] : "")
        {
            if (typed == rest)
            {
                return "";
            }

            if (typed.StartsWith(rest + "/", StringComparison.Ordinal))
            {
                return typed[(rest.Length + 1)..];
            }
        }

        return typed;
    }

    private static async Task<(string Mount, bool Versioned)> PreflightAsync(Invocation call, string path, CancellationToken cancellation)
    {
        var request = ApiRequest.Read($"sys/internal/ui/mounts/{path}") with { WrapTtl = "" };
        try
        {
            var data = (await call.TrySendAsync(request, cancellation, preflight: true)).Data
                ?? throw CliException.Remote("nil response from pre-flight request");
            var mount = GoValue.Of(data["path"] ?? "").Trim('/');
            return (mount, GoValue.Of(data["options"].At("version")) == "2");
        }
        catch (ApiException error) when (error.Status == 404)
        {
            // A server without this path is from before version 2.
            return ("", false);
        }
        catch (ApiException error)
        {
            throw call.Refusal(error, request, "Error finding the KV store of this path");
        }
        catch (TransportException error)
        {
            throw call.Unreachable(error, "Error finding the KV store of this path");
        }
    }
}
