using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvPatchCommand : KvCommand
{
    private readonly NumberFlag _cas;
    private readonly TextFlag _method;
    private readonly TextListFlag _remove;

    public KvPatchCommand()
        : base("kv patch", "Sets or updates data in the KV store without overwriting", "KEY [DATA K=V...]", Arity.AtLeast(1),
            """
            Changes the given fields of a key and leaves the others.

                $ {0} kv patch -mount=secret foo bar=baz
                $ {0} kv patch -mount=secret -remove-data=bar foo
            """, Shows.Field)
    {
        _cas = Flag(new NumberFlag("cas", "Write only if this is the newest version."));
        _method = Flag(new TextFlag("method", "patch: one request, needs the patch capability; rw: read, then write. Without it, patch and else rw."));
        _remove = Flag(new TextListFlag("remove-data", "Field to remove. May be given many times."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (call.Arguments.Count == 1 && _remove.Values.Count == 0)
        {
            throw CliException.Local("Must supply data");
        }

        if (_method.Value is not ("" or "patch" or "rw"))
        {
            throw CliException.Remote($"Unsupported method provided to -method flag: {_method.Value}");
        }

        var changes = call.DataFrom(1);
        foreach (var field in _remove.Values)
        {
            changes[field] = null;
        }

        var found = await FindAsync(call, cancellation);
        if (!found.IsVersioned)
        {
            throw CliException.Remote("K/V engine mount must be version 2 for patch support");
        }

        var path = found.Api("data");
        var envelope = _method.Value == "rw"
            ? await ReadThenWriteAsync(call, path, changes, cancellation)
            : await MergeAsync(call, path, changes, cancellation);
        return PrintWritten(call, envelope, path);
    }

    private async Task<JsonObject?> MergeAsync(Invocation call, string path, JsonObject changes, CancellationToken cancellation)
    {
        var options = new JsonObject();
        if (_cas.Value > 0)
        {
            options["cas"] = _cas.Value;
        }

        var request = ApiRequest.Patch(path, new JsonObject { ["data"] = changes.DeepClone(), ["options"] = options });
        try
        {
            return (await call.TrySendAsync(request, cancellation)).Json;
        }
        catch (ApiException error) when (error.Status is 403 or 405 && _method.Value.Length == 0)
        {
            // Old servers have no PATCH, and old policies no patch capability.
            var written = await ReadThenWriteAsync(call, path, changes, cancellation);
            if (error.Status == 403)
            {
                call.Printer.Warn($"Data was written to {path} but we recommend that you add the \"patch\" capability to your ACL policy in order to use HTTP PATCH in the future.");
            }

            return written;
        }
        catch (ApiException error)
        {
            throw call.Refusal(error, request, $"Error writing data to {path}");
        }
        catch (TransportException error)
        {
            throw call.Unreachable(error, $"Error writing data to {path}");
        }
    }

    private async Task<JsonObject?> ReadThenWriteAsync(Invocation call, string path, JsonObject changes, CancellationToken cancellation)
    {
        var (data, version) = await KvVersion.ReadAsync(call, path, null, "patch", cancellation);
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                data.Remove(key);
            }
            else
            {
                data[key] = value.DeepClone();
            }
        }

        var cas = _cas.Value > 0 ? _cas.Value : version?.DeepClone();
        var body = new JsonObject { ["data"] = data, ["options"] = new JsonObject { ["cas"] = cas } };
        return (await call.SendAsync(ApiRequest.Write(path, body), $"Error writing data to {path}", cancellation)).Json;
    }
}
