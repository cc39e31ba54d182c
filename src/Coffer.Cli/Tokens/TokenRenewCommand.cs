using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Client;

namespace Coffer.Cli.Tokens;

internal sealed class TokenRenewCommand : ApiCommand
{
    private readonly SwitchFlag _accessor;
    private readonly DurationFlag _increment;

    public TokenRenewCommand()
        : base("token renew", "Renew a token lease", "[TOKEN]", Arity.Between(0, 1),
            "Extends the life of a token; without an argument, of the one in use.")
    {
        _accessor = Flag(new SwitchFlag("accessor", "The argument is an accessor."));
        _increment = Flag(new DurationFlag("increment", "How long the token shall live from now; the server may grant less.") { Aliases = ["i"] });
    }

    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var body = new JsonObject { ["increment"] = (long)_increment.Value.TotalSeconds };
        if (call.Arguments.Count > 0)
        {
            body[_accessor.Value ? "accessor" : "token"] = call.Arguments[0].Trim();
        }

        var path = call.Arguments.Count == 0 ? "auth/token/renew-self" : _accessor.Value ? "auth/token/renew-accessor" : "auth/token/renew";
        return call.SendAndPrintAsync(ApiRequest.Write(path, body), "Error renewing token", "", cancellation);
    }
}
