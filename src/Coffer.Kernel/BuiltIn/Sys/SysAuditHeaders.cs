using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Audit;
using Coffer.Kernel.Audit;
using Coffer.Kernel.Headers;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>Which request headers audit entries show. Their names ignore case.</summary>
internal sealed class SysAuditHeaders(IAuditLog audit)
{
    private const int NameCharactersMax = 128;

    private static readonly Field<bool> Hmac = Field.Boolean("hmac", "Record a hash of the header in place of its value.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("config/auditing/request-headers", "Lists the request headers that are audited.") { Read = ListAsync, Sudo = true },
        new("config/auditing/request-headers/{header:any,folded}", "Reads, sets and removes a request header that is audited.")
        {
            Fields = [Hmac],
            Sudo = true,
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = DeleteAsync,
        },
    ];

    private static async ValueTask<Reply> ListAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var headers = (await AuditTable.ReadAsync(request.Work, cancellation)).Headers;
        return KernelReply.TopLevel(json =>
        {
            json.WriteStartObject("headers");
            foreach (var (name, hashed) in headers.OrderBy(header => header.Key, StringComparer.Ordinal))
            {
                WriteHeader(json, name, hashed);
            }

            json.WriteEndObject();
        });
    }

    private static async ValueTask<Reply> ReadAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var headers = (await AuditTable.ReadAsync(request.Work, cancellation)).Headers;
        if (!headers.TryGetValue(NameOf(request), out var hashed))
        {
            return Reply.Invalid("Could not find header in config");
        }

        return KernelReply.TopLevel(json => WriteHeader(json, NameOf(request), hashed));
    }

    private async ValueTask<Reply> WriteAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var name = NameOf(request);
        var table = await AuditTable.ReadAsync(request.Work, cancellation);
        if (name.Length is 0 or > NameCharactersMax || !name.All(char.IsAscii))
        {
            return Reply.Invalid($"a header's name has 1 to {NameCharactersMax} ASCII characters");
        }

        if (CredentialHeaders.Contains(name))
        {
            return Reply.Invalid("this header holds a credential, which no audit device records: the entry's auth.client_token is the token's hash already");
        }

        if (table.Headers.Count >= AuditLimits.HeadersMax && !table.Headers.ContainsKey(name))
        {
            return Reply.Invalid($"{AuditLimits.HeadersMax} headers are audited already; remove one first");
        }

        return Change(request, table with { Headers = table.Headers.SetItem(name, request.Get(Hmac)) });
    }

    private async ValueTask<Reply> DeleteAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var table = await AuditTable.ReadAsync(request.Work, cancellation);
        return table.Headers.ContainsKey(NameOf(request)) ? Change(request, table with { Headers = table.Headers.Remove(NameOf(request)) }) : Reply.Done;
    }

    private Reply Change(KernelRequest request, AuditTable table)
    {
        var next = table.Write(request.Work);
        return Reply.Done.Then(async _ =>
        {
            await audit.AdoptAsync(next);
            return null;
        });
    }

    private static string NameOf(KernelRequest request) => request.Param("header");

    private static void WriteHeader(Utf8JsonWriter json, string name, bool hashed)
    {
        json.WriteStartObject(name);
        json.WriteBoolean("hmac", hashed);
        json.WriteEndObject();
    }
}
