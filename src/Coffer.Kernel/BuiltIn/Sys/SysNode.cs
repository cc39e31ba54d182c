using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary>What this node is: its machine, its configuration, its part in the cluster.</summary>
/// <param name="version">As the API reports it.</param>
/// <param name="apiAddress">Where clients reach the server.</param>
/// <param name="describeHost">Writes the members of <c>sys/host-info</c>.</param>
/// <param name="describeConfiguration">Writes the members of <c>sys/config/state/sanitized</c>.</param>
internal sealed class SysNode(string version, string apiAddress, Action<Utf8JsonWriter> describeHost, Action<Utf8JsonWriter> describeConfiguration)
{
    public ImmutableArray<EnginePath> Paths =>
    [
        new("host-info", "Shows the machine that the server runs on.") { Read = (request, _) => ValueTask.FromResult(Host(request)) },
        new("config/state/sanitized", "Shows the configuration, without anything secret.") { Read = (_, _) => ValueTask.FromResult(Configuration()) },
        new("ha-status", "Lists the nodes of the cluster.") { Read = (_, _) => ValueTask.FromResult(Nodes()) },
        new("step-down", "Gives up leading. A node that is alone goes on.") { Sudo = true, Write = (_, _) => ValueTask.FromResult(Reply.Done) },
    ];

    private Reply Host(EngineRequest request) => Reply.With(json =>
    {
        json.WriteString("timestamp", Rfc3339.Format(request.Now));
        describeHost(json);
    });

    private Reply Configuration() => Reply.With(describeConfiguration);

    private Reply Nodes()
    {
        return KernelReply.TopLevel(json =>
        {
            json.WriteStartArray("nodes");
            json.WriteStartObject();
            json.WriteString("hostname", Environment.MachineName);
            json.WriteString("api_address", apiAddress);
            json.WriteString("cluster_address", "");
            json.WriteBoolean("active_node", true);
            json.WriteNull("last_echo");
            json.WriteString("version", version);
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }
}
