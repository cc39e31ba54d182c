using System.Text.Json;
using Coffer.Kernel.Requests;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Open;

/// <summary><c>sys/health</c>.</summary>
internal static class HealthPath
{
    private static readonly Field<long>[] Codes =
    [
        Field.Integer("activecode", "Status to answer with when the server is unsealed.", 200),
        Field.Integer("sealedcode", "Status to answer with when it is sealed.", 503),
        Field.Integer("degradedcode", "Status to answer with when it is unsealed and something keeps it from serving: no room on the disk, a store that was removed, or an older copy of it.", 503),
        Field.Integer("uninitcode", "Status to answer with when it is not initialised.", 501),
    ];

    public static OpenPath Row { get; } = new("health", "Answers with a status that a load balancer understands.") { Fields = [.. Codes], Read = HealthAsync, TakesHead = true };

    private static async ValueTask<ApiReply> HealthAsync(OpenServer server, ApiRequest request, CancellationToken cancellation)
    {
        var codes = new Dictionary<string, int>(StringComparer.Ordinal) { ["activecode"] = 200, ["degradedcode"] = 503, ["sealedcode"] = 503, ["uninitcode"] = 501 };
        if (!TryReadCodes(request.Data, codes))
        {
            return ApiReply.From(new ApiError(ErrorKind.Invalid));
        }

        var status = await server.Seal.StatusAsync(cancellation);
        var problems = server.Seal.Problems().ToArray();
        var warnings = problems.Concat(server.Seal.Warnings()).ToArray();
        var code = codes[!status.Initialized ? "uninitcode" : status.Sealed ? "sealedcode" : problems.Length > 0 ? "degradedcode" : "activecode"];
        return ApiReply.Bare(code, json =>
        {
            json.WriteBoolean("initialized", status.Initialized);
            json.WriteBoolean("sealed", status.Sealed);
            json.WriteBoolean("standby", status.Sealed);
            json.WriteBoolean("performance_standby", false);
            json.WriteString("replication_performance_mode", status.Sealed ? "unknown" : "disabled");
            json.WriteString("replication_dr_mode", status.Sealed ? "unknown" : "disabled");
            json.WriteNumber("server_time_utc", server.Clock.GetUtcNow().ToUnixTimeSeconds());
            json.WriteString("version", server.Version);
            json.WriteBoolean("enterprise", false);
            if (status.ClusterName.Length > 0)
            {
                json.WriteString("cluster_name", status.ClusterName);
                json.WriteString("cluster_id", status.ClusterId);
            }

            if (warnings.Length > 0)
            {
                json.WriteTexts("warnings", warnings);
            }
        });
    }

    private static bool TryReadCodes(JsonElement query, Dictionary<string, int> codes)
    {
        if (query.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        foreach (var parameter in query.EnumerateObject())
        {
            var text = parameter.Value.ValueKind == JsonValueKind.String ? parameter.Value.GetString()! : parameter.Value.GetRawText();
            if (parameter.Name.EndsWith("code", StringComparison.Ordinal))
            {
                if (!int.TryParse(text, System.Globalization.NumberStyles.None, null, out var code) || code is < 200 or > 999)
                {
                    return false;
                }

                codes[parameter.Name] = code;
            }
            else if (parameter.Name is "standbyok" or "perfstandbyok" && text is not ("" or "true" or "false" or "1" or "0" or "t" or "f" or "T" or "F" or "TRUE" or "FALSE" or "True" or "False"))
            {
                return false;
            }
        }

        return true;
    }
}
