using System.Collections.Immutable;
using Coffer.Kernel.Headers;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/config/ui/headers</c>: headers that pages of the web UI are served with.</summary>
internal static class SysUiHeaders
{
    private static readonly Field<ImmutableArray<string>> Values = Field.TextList("values", "The header's values.");
    private static readonly Field<bool> MultiValue = Field.Boolean("multivalue", "Show all values and not the first alone.");

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("config/ui/headers", "Lists the headers of the web UI.") { Sudo = true, List = ListAsync },
        new("config/ui/headers/{header:any,folded}", "Reads, sets and removes a header of the web UI.")
        {
            Fields = [Values, MultiValue],
            Query = [MultiValue],
            Sudo = true,
            Read = ReadAsync,
            Write = WriteAsync,
            Delete = DeleteAsync,
        },
    ];

    private static async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation) =>
        Reply.Keys([.. (await HeadersAsync(request, cancellation)).Values.Keys]);

    private static async ValueTask<Reply> ReadAsync(EngineRequest request, CancellationToken cancellation)
    {
        if (!(await HeadersAsync(request, cancellation)).Values.TryGetValue(NameOf(request), out var values))
        {
            return Reply.NotFound;
        }

        return Reply.With(json =>
        {
            if (request.Get(MultiValue))
            {
                json.WriteTexts("values", values);
            }
            else
            {
                json.WriteString("value", values[0]);
            }
        });
    }

    private static async ValueTask<Reply> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var (name, values) = (NameOf(request), request.Get(Values));
        if (HeaderText.IsReserved(name))
        {
            return Reply.Invalid("X-Vault headers cannot be set");
        }

        if (values.IsEmpty)
        {
            return Reply.Invalid("header and values must be specified");
        }

        if (!HeaderText.IsName(name) || values.Length > UiHeaders.CountMax || !values.All(HeaderText.IsValue))
        {
            return Reply.Invalid($"a header has a name of letters, digits and dashes, and up to {UiHeaders.CountMax} values of visible ASCII");
        }

        var headers = await HeadersAsync(request, cancellation);
        if (headers.Values.Count >= UiHeaders.CountMax && !headers.Values.ContainsKey(name))
        {
            return Reply.Invalid($"{UiHeaders.CountMax} headers are set already; remove one first");
        }

        Put(request, new UiHeaders(headers.Values.SetItem(name, values)));
        return new Reply.Empty { Status = 200 };
    }

    private static async ValueTask<Reply> DeleteAsync(EngineRequest request, CancellationToken cancellation)
    {
        var headers = await HeadersAsync(request, cancellation);
        if (headers.Values.ContainsKey(NameOf(request)))
        {
            Put(request, new UiHeaders(headers.Values.Remove(NameOf(request))));
        }

        return Reply.Done;
    }

    private static string NameOf(EngineRequest request) => HeaderText.Canonical(request.Param("header"));

    private static async ValueTask<UiHeaders> HeadersAsync(EngineRequest request, CancellationToken cancellation) =>
        await KernelRequest.Of(request).Work.GetAsync(UiHeaders.StorageKey, HeadersJsonContext.Default.UiHeaders, cancellation) ?? UiHeaders.None;

    private static void Put(EngineRequest request, UiHeaders headers) =>
        KernelRequest.Of(request).Work.Put(UiHeaders.StorageKey, headers, HeadersJsonContext.Default.UiHeaders);
}
