using System.Collections.Immutable;
using Coffer.Kernel.Pipeline;
using Coffer.Kernel.Telemetry;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/in-flight-req</c>: what the server is working on.</summary>
internal sealed class SysInFlight(RunningRequests running)
{
    public ImmutableArray<EnginePath> Paths =>
    [
        new("in-flight-req", "Shows the requests that are not answered yet, this one among them.") { Read = (_, _) => ValueTask.FromResult(Show()) },
    ];

    private Reply Show()
    {
        return KernelReply.Bare(json =>
        {
            foreach (var request in running.All)
            {
                json.WriteStartObject(request.Request.Id);
                json.WriteString("start_time", Rfc3339.Format(request.StartTime));
                json.WriteString("client_remote_address", request.Request.RemoteAddress);
                json.WriteString("request_path", "/v1/" + request.Request.Path.Text);
                json.WriteString("request_method", MethodOf(request.Request.Operation));
                json.WriteEndObject();
            }
        });
    }

    private static string MethodOf(Operation operation) => operation switch
    {
        Operation.Read => "GET",
        Operation.List => "LIST",
        Operation.Delete => "DELETE",
        Operation.Patch => "PATCH",
        _ => "PUT",
    };
}
