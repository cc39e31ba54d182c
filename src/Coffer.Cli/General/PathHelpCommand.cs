using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.General;

internal sealed class PathHelpCommand() : ApiCommand("path-help", "Retrieve API help for paths", "PATH", Arity.One,
    """
    Prints what a path is for, its fields and what may be done with it.
    With -format=json, its OpenAPI description.

        $ {0} path-help aws/roles/my-role
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var request = ApiRequest.Read(call.Path(0)) with { Query = [new("help", "1")] };
        var help = (await call.SendAsync(request, "Error retrieving help", cancellation)).Json;
        if (call.Printer.IsTable)
        {
            call.Printer.Line(GoValue.Of(help.At("help") ?? help.At("data").At("help") ?? ""));
        }
        else
        {
            call.Printer.Data((help.At("openapi") ?? help.At("data").At("openapi"))?.DeepClone());
        }

        return 0;
    }
}
