using System.Collections.Immutable;
using System.Text.Unicode;
using Coffer.Barrier;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Tokens;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>
/// <c>sys/raw</c>: the store's own entries, decrypted, for repairs. There only when the configuration says so, and never for entries that hold keys.
/// </summary>
/// <param name="isOn">Whether the configuration allows it.</param>
internal sealed class SysRaw(bool isOn)
{
    private static readonly Field<string> Value = Field.Secret("value", "The entry's whole content.");
    private static readonly Field<string> Encoding = Field.Text("encoding", "base64 where the value is to be given in base64; empty for text.");

    /// <summary>Entries that hold keys or lead to them, and the audit log's own; folders end in a slash.</summary>
    private static readonly string[] Protected =
        [SealKeys.Keyring, SealKeys.SlotPrefix, TokenKeys.HashKey, Audit.AuditTable.StorageKey, Audit.AuditCheckpoints.StorageKey];

    public ImmutableArray<EnginePath> Paths =>
    [
        new("raw/{path...}", "Reads, writes and deletes entries of the store. Off unless raw_storage_endpoint is set.")
        {
            Fields = [Value, Encoding],
            Query = [Encoding],
            Sudo = true,
            Read = (request, ct) => WhereOnAsync(request, "read", ReadAsync, ct),
            Write = (request, ct) => WhereOnAsync(request, "write", WriteAsync, ct),
            Delete = (request, ct) => WhereOnAsync(request, "delete", DeleteAsync, ct),
            List = (request, ct) => WhereOnAsync(request, "list", ListAsync, ct),
        },
    ];

    private ValueTask<Reply> WhereOnAsync(
        EngineRequest engineRequest, string verb, Func<KernelRequest, string, CancellationToken, ValueTask<Reply>> run, CancellationToken cancellation)
    {
        var (request, key) = (KernelRequest.Of(engineRequest), engineRequest.Param("path"));
        if (!isOn)
        {
            return ValueTask.FromResult<Reply>(new Reply.Refused(Refusals.UnsupportedPath));
        }

        // A folder is protected with and without its slash, and so is everything in it.
        return Protected.Any(hidden => key == hidden.TrimEnd('/') || (hidden.EndsWith('/') && key.StartsWith(hidden, StringComparison.Ordinal)))
            ? ValueTask.FromResult(Reply.Invalid($"cannot {verb} '{key}'"))
            : run(request, key, cancellation);
    }

    private static async ValueTask<Reply> ReadAsync(KernelRequest request, string key, CancellationToken cancellation)
    {
        if (key.Length == 0 || await request.Work.GetAsync(key, cancellation) is not { } value)
        {
            return Reply.NotFound;
        }

        var asBase64 = request.Get(Encoding);
        if (asBase64 is not ("" or "base64"))
        {
            return Reply.Invalid("invalid encoding: it must be \"base64\" or empty");
        }

        if (asBase64.Length == 0 && !Utf8.IsValid(value.Span))
        {
            return Reply.Invalid("the entry is not text: read it with encoding=base64");
        }

        var text = asBase64.Length > 0 ? Convert.ToBase64String(value.Span) : System.Text.Encoding.UTF8.GetString(value.Span);
        return Reply.With(json => json.WriteString("value", text));
    }

    private static ValueTask<Reply> WriteAsync(KernelRequest request, string key, CancellationToken cancellation)
    {
        var (text, encoding) = (request.Get(Value), request.Get(Encoding));
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var length = bytes.Length;
        if (key.Length == 0)
        {
            return ValueTask.FromResult<Reply>(new Reply.Refused(Refusals.UnsupportedOperation));
        }

        if (encoding is not ("" or "base64") || (encoding.Length > 0 && !Convert.TryFromBase64String(text, bytes, out length)))
        {
            return ValueTask.FromResult(Reply.Invalid("encoding must be \"base64\" or empty, and with base64 the value must be base64"));
        }

        request.Work.Put(key, bytes.AsMemory(0, length));
        return ValueTask.FromResult(Reply.Done);
    }

    private static ValueTask<Reply> DeleteAsync(KernelRequest request, string key, CancellationToken cancellation)
    {
        if (key.Length > 0)
        {
            request.Work.Delete(key);
        }

        return ValueTask.FromResult(Reply.Done);
    }

    private static async ValueTask<Reply> ListAsync(KernelRequest request, string key, CancellationToken cancellation) =>
        Reply.Keys(await request.Work.ListAsync(key.Length == 0 ? "" : key.TrimEnd('/') + "/", cancellation));
}
