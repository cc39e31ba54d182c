using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Versions;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/version-history</c>: which versions have run on this store.</summary>
internal static class SysVersionHistory
{
    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("version-history", "Lists the versions that have run on this store, the oldest first.") { List = ListAsync },
    ];

    private static async ValueTask<Reply> ListAsync(EngineRequest request, CancellationToken cancellation)
    {
        var history = await VersionHistory.ReadAsync(KernelRequest.Of(request).Work, cancellation);
        return Reply.With(json =>
        {
            json.WriteTexts("keys", history.Versions.Select(installed => installed.Version));
            json.WriteStartObject("key_info");
            for (var i = 0; i < history.Versions.Length; i++)
            {
                Write(json, history.Versions[i], i == 0 ? null : history.Versions[i - 1].Version);
            }

            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, InstalledVersion installed, string? previous)
    {
        json.WriteStartObject(installed.Version);
        json.WriteString("previous_version", previous);
        json.WriteString("timestamp_installed", Rfc3339.Format(installed.InstallTime));
        json.WriteEndObject();
    }
}
