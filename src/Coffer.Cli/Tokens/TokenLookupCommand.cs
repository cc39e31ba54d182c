using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.Tokens;

internal sealed class TokenLookupCommand : ApiCommand
{
    private readonly SwitchFlag _accessor;

    public TokenLookupCommand()
        : base("token lookup", "Display information about a token", "[TOKEN | ACCESSOR]", Arity.Between(0, 1),
            "Shows policies, times and origin of a token; without an argument, of the\none in use.", Shows.Field)
    {
        _accessor = Flag(new SwitchFlag("accessor", "The argument is an accessor, which shows a token but cannot be used as one."));
    }

    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (_accessor.Value && call.Arguments.Count < 1)
        {
            throw CliException.Local("Not enough arguments with -accessor (expected 1, got 0)");
        }

        var request = call.Arguments.Count == 0 ? ApiRequest.Read("auth/token/lookup-self")
            : _accessor.Value ? ApiRequest.Post("auth/token/lookup-accessor", new JsonObject { ["accessor"] = call.Arguments[0].Trim() })
            : ApiRequest.Post("auth/token/lookup", new JsonObject { ["token"] = call.Arguments[0].Trim() });
        return call.SendAndPrintAsync(request, "Error looking up token", "", cancellation);
    }
}
