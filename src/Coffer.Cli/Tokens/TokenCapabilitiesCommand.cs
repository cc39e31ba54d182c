using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Tokens;

internal sealed class TokenCapabilitiesCommand : ApiCommand
{
    private readonly SwitchFlag _accessor;

    public TokenCapabilitiesCommand()
        : base("token capabilities", "Print capabilities of a token on a path", "[TOKEN | ACCESSOR] PATH", Arity.Between(1, 2),
            """
            Prints what a token may do at a path; without TOKEN, the one in use.

                $ {0} token capabilities aws/creds/my-role
            """)
    {
        _accessor = Flag(new SwitchFlag("accessor", "The first argument is an accessor."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = call.Arguments[^1];
        var self = call.Arguments.Count == 1;
        if (self && _accessor.Value)
        {
            throw CliException.Local("Not enough arguments with -accessor (expected 2, got 1)");
        }

        var body = new JsonObject { ["path"] = path };
        if (!self)
        {
            body[_accessor.Value ? "accessor" : "token"] = call.Arguments[0].Trim();
        }

        var endpoint = self ? "sys/capabilities-self" : _accessor.Value ? "sys/capabilities-accessor" : "sys/capabilities";
        var reply = await call.SendAsync(ApiRequest.Post(endpoint, body), "Error listing capabilities", cancellation);
        var capabilities = (reply.Data.At("capabilities") ?? reply.Json.At("capabilities")) as JsonArray
            ?? throw CliException.Local("No capabilities found");
        if (call.Printer.IsTable)
        {
            call.Printer.Line(string.Join(", ", capabilities.Select(GoValue.Of).Order(StringComparer.Ordinal)));
        }
        else
        {
            call.Printer.Data(capabilities);
        }

        return 0;
    }
}
