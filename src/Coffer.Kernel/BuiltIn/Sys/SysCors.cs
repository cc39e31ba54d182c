using System.Collections.Immutable;
using Coffer.Kernel.Headers;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/config/cors</c>: which web pages of other origins may call.</summary>
internal static class SysCors
{
    private const int EntriesMax = 256;

    private static readonly Field<bool> Enable = Field.Boolean("enable", "false is the same as a delete.", defaultValue: true);
    private static readonly Field<ImmutableArray<string>> Origins = Field.TextList("allowed_origins", "Origins such as https://app.example.com, or * for all.");
    private static readonly Field<ImmutableArray<string>> Headers = Field.TextList("allowed_headers", "Request headers allowed beside the standard ones.");

    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("config/cors", "Reads, sets and removes the origins whose pages may call this server.")
        {
            Fields = [Enable, Origins, Headers],
            Sudo = true,
            Read = ReadAsync,
            Write = (request, _) => ValueTask.FromResult(Write(KernelRequest.Of(request))),
            Delete = (request, _) => ValueTask.FromResult(Delete(KernelRequest.Of(request))),
        },
    ];

    private static async ValueTask<Reply> ReadAsync(EngineRequest engineRequest, CancellationToken cancellation)
    {
        var request = KernelRequest.Of(engineRequest);
        var settings = await CorsSettings.ReadAsync(request.Work, cancellation);
        return KernelReply.TopLevel(json =>
        {
            json.WriteBoolean("enabled", settings is not null);
            if (settings is not null)
            {
                json.WriteTexts("allowed_origins", settings.Origins);
                json.WriteTexts("allowed_headers", settings.AllowedHeaders);
            }
        });
    }

    private static Reply Write(KernelRequest request)
    {
        if (!request.Get(Enable))
        {
            return Delete(request);
        }

        var (origins, headers) = (request.Get(Origins), request.Get(Headers));
        var problem = origins.IsEmpty ? "at least one origin or the wildcard must be provided"
            : origins.Length > 1 && origins.Contains(CorsSettings.Everyone) ? "to allow all origins the '*' must be the only value for allowed_origins"
            : origins.Length > EntriesMax || headers.Length > EntriesMax ? $"allowed_origins and allowed_headers hold at most {EntriesMax} each"
            : origins.All(HeaderText.IsValue) && headers.All(HeaderText.IsName) ? null
            : "allowed_origins and allowed_headers hold origins and header names: visible ASCII, no spaces in a name";
        if (problem is not null)
        {
            return Reply.Invalid(problem);
        }

        request.Work.Put(CorsSettings.StorageKey, new CorsSettings(origins, headers), HeadersJsonContext.Default.CorsSettings);
        return Reply.Done;
    }

    private static Reply Delete(KernelRequest request)
    {
        request.Work.Delete(CorsSettings.StorageKey);
        return Reply.Done;
    }
}
