using System.Collections.Immutable;
using Coffer.Audit;
using Coffer.Audit.Chain;
using Coffer.Audit.Devices;
using Coffer.Audit.Entries;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Primitives;
using Coffer.Sdk.Replies;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/audit</c>: which devices record; <c>sys/audit-hash</c>: how a value looks there; <c>sys/audit-key</c>: who signs; <c>sys/audit-chain</c>: what a log must end with.</summary>
internal sealed class SysAudit(IAuditLog audit, IRandom random, ILogger log)
{
    private static readonly Field<string> TypeField = Field.Text("type", "The device's type: file, socket or syslog.");
    private static readonly Field<string> Description = Field.Text("description", "A line for people.");
    private static readonly Field<ImmutableSortedDictionary<string, string>> Options = Field.TextMap("options", "The device's options, such as file_path or address.");
    private static readonly Field<bool> Local = Field.Boolean("local", "Accepted and shown; there is no replication.");
    private static readonly Field<string> Input = Field.Text("input", "The value to hash.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("audit", "Lists the audit devices.") { Read = ListAsync, Sudo = true },
        new("audit/{path...}", "Enables and disables an audit device.")
        {
            Fields = [TypeField, Description, Options, Local],
            Sudo = true,
            Write = EnableAsync,
            Delete = DisableAsync,
        },
        new("audit-hash/{path...}", "Hashes a value as an audit device does, to find it in the log.") { Fields = [Input], Write = HashAsync },
        new("audit-key", "Shows the public key that the checkpoints in audit files are signed with.") { Read = KeyAsync },
        new("audit-chain", "Lists the audit devices whose ends can be asked for.") { List = ChainsAsync },
        new("audit-chain/{path...}", "Shows the last line that an audit device wrote, its last checkpoint, and the key that signs: what its log must agree with.") { Read = ChainAsync },
    ];

    private static async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var table = await AuditTable.ReadAsync(request.Work, cancellation);
        return KernelReply.TopLevel(json =>
        {
            foreach (var device in table.Devices.OrderBy(device => device.Path, StringComparer.Ordinal))
            {
                json.WriteStartObject(device.Path);
                json.WriteString("description", device.Description);
                json.WriteBoolean("local", device.Local);
                json.WritePropertyName("options");
                AuthInfo.WriteMap(json, device.Options);
                json.WriteString("path", device.Path);
                json.WriteString("type", device.Type);
                json.WriteEndObject();
            }
        });
    }

    private async ValueTask<Reply> EnableAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var path = PathOf(request);
        if (path == "/")
        {
            return Reply.Refuse(ErrorKind.Unsupported, "unsupported operation");
        }

        var table = await AuditTable.ReadAsync(request.Work, cancellation);
        var options = request.Get(Options);
        if (PathProblem(table, path) is { } wrongPath)
        {
            return Reply.Invalid(wrongPath);
        }

        if (AuditDeviceOptions.TypeProblem(request.Get(TypeField)) is { } wrongType)
        {
            return Reply.Invalid(wrongType);
        }

        var device = new AuditDevice
        {
            Path = path,
            Type = request.Get(TypeField),
            Description = request.Get(Description),
            Local = request.Get(Local),
            Options = options,
            Uuid = random.Uuid(),
            Salt = AuditDeclaration.NewSalt(random),
        };
        var with = table with
        {
            Devices = table.Devices.Add(device),
            SigningKey = table.SigningKey.Length > 0 ? table.SigningKey : AuditSigner.NewKey(),
        };
        if (await audit.ProbeAsync(with, device, cancellation) is { } problem)
        {
            return Reply.Invalid(problem);
        }

        return Change(request, with, () => AuditDeviceLog.Enabled(log, device.Path, device.Type));
    }

    private async ValueTask<Reply> DisableAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var table = await AuditTable.ReadAsync(request.Work, cancellation);
        if (table.Find(PathOf(request)) is not { } device)
        {
            return Reply.Done;
        }

        return device.Declared
            ? Reply.Invalid($"the audit device {device.Path} is declared in the server's configuration; take it out there and restart the server")
            : Change(request, table with { Devices = table.Devices.Remove(device) }, () => AuditDeviceLog.Disabled(log, device.Path, device.Type));
    }

    private static async ValueTask<Reply> HashAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        if (request.Get(Input).Length == 0)
        {
            return Reply.Invalid("the \"input\" parameter is empty");
        }

        var table = await AuditTable.ReadAsync(request.Work, cancellation);
        if (table.Find(PathOf(request)) is not { } device)
        {
            return Reply.Invalid($"unknown audit backend \"{PathOf(request)}\"");
        }

        using var hash = new AuditHash(device.Salt);
        var text = hash.Of(request.Get(Input));
        return KernelReply.TopLevel(json => json.WriteString("hash", text));
    }

    private static async ValueTask<Reply> KeyAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var table = await AuditTable.ReadAsync(KernelRequest.Of(engineRequest).Work, cancellation);
        if (table.SigningKey.Length == 0)
        {
            return Reply.NotFound;
        }

        var (pem, id) = AuditSigner.PublicKeyOf(table.SigningKey);
        return Reply.With(json =>
        {
            json.WriteString("algorithm", "ecdsa-p256-sha256");
            json.WriteString("key_id", id);
            json.WriteString("public_key", pem);
        });
    }

    private static async ValueTask<Reply> ChainsAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var table = await AuditTable.ReadAsync(KernelRequest.Of(engineRequest).Work, cancellation);
        return Reply.Keys([.. table.Devices.Select(device => device.Path).Order(StringComparer.Ordinal)]);
    }

    private async ValueTask<Reply> ChainAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var table = await AuditTable.ReadAsync(request.Work, cancellation);
        if (table.Find(PathOf(request)) is not { } device)
        {
            return Reply.Invalid("there is no audit device at this path; `coffer audit list` shows which there are");
        }

        var known = await AuditCheckpoints.ReadAsync(request.Work, cancellation);
        var head = audit.HeadOf(device);
        var (pem, id) = AuditSigner.PublicKeyOf(table.SigningKey);
        return Reply.With(json =>
        {
            json.WriteString("path", device.Path);
            json.WriteString("device", device.Uuid);
            WriteMark(json, "last_line", head);
            WriteMark(json, "last_checkpoint", known.Of(device.Uuid));
            json.WriteString("algorithm", "ecdsa-p256-sha256");
            json.WriteString("key_id", id);
            json.WriteString("public_key", pem);
        });
    }

    private static void WriteMark(System.Text.Json.Utf8JsonWriter json, string name, AuditMark? mark)
    {
        if (mark is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, FormattableString.Invariant($"{mark.Seq}:{mark.Hash}"));
        }
    }

    private Reply Change(KernelRequest request, AuditTable table, Action say)
    {
        var next = table.Write(request.Work);
        return Reply.Done.Then(async _ =>
        {
            await audit.AdoptAsync(next);
            say();
            return null;
        });
    }

    private static string PathOf(KernelRequest request) => request.Param("path").TrimEnd('/') + "/";

    private static string? PathProblem(AuditTable table, string path) =>
        table.Devices.Any(other => AuditDeclaration.Overlap(path, other.Path))
            ? "path already in use"
            : table.Devices.Length >= AuditLimits.DevicesMax ? $"there are {AuditLimits.DevicesMax} audit devices already; disable one first" : null;
}
