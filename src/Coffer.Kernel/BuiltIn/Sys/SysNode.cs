using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>What this node is: its machine, its configuration, its part in the cluster.</summary>
internal static class SysNode
{
    public static ImmutableArray<EnginePath> Paths { get; } =
    [
        new("host-info", "Shows the machine that the server runs on.") { Read = (request, _) => ValueTask.FromResult(Host(request)) },
        new("config/state/sanitized", "Shows the configuration, without anything secret.") { Read = (request, _) => ValueTask.FromResult(Configuration(request)) },
        new("ha-status", "Lists the nodes of the cluster.") { Read = (request, _) => ValueTask.FromResult(Nodes(request)) },
        new("step-down", "Gives up leading. A node that is alone goes on.") { Sudo = true, Write = (_, _) => ValueTask.FromResult(Reply.Done) },
    ];

    private static Reply Host(EngineRequest request) => Reply.With(json =>
    {
        json.WriteString("timestamp", Rfc3339.Format(request.Now));
        KernelRequest.Of(request).Services.DescribeHost(json);
    });

    private static Reply Configuration(EngineRequest request) => Reply.With(KernelRequest.Of(request).Services.DescribeConfiguration);

    private static Reply Nodes(EngineRequest engineRequest)
    {
        var request = KernelRequest.Of(engineRequest);
        return KernelReply.TopLevel(json =>
        {
            json.WriteStartArray("nodes");
            json.WriteStartObject();
            json.WriteString("hostname", Environment.MachineName);
            json.WriteString("api_address", request.Services.ApiAddress);
            json.WriteString("cluster_address", "");
            json.WriteBoolean("active_node", true);
            json.WriteNull("last_echo");
            json.WriteString("version", request.Services.Version);
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }
}
