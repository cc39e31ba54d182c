using System.Text.Json;
using Coffer.Kernel.BuiltIn.Sys;

namespace Coffer.Kernel.BuiltIn.Open;

/// <summary><c>sys/metrics</c> for listeners that are configured to show it without a token. Unaudited: it holds nothing of any caller.</summary>
internal static class MetricsPath
{
    public static OpenPath Row { get; } = new("metrics", SysMetrics.Synopsis)
    {
        Read = (server, request, ct) => server.Metrics(FormatOf(request.Data), ct),
        Where = request => request.OpenMetrics,
    };

    private static string FormatOf(JsonElement query) =>
        query.ValueKind == JsonValueKind.Object && query.TryGetProperty("format", out var format) ? format.ToString() : "";
}
