using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Client;

namespace Coffer.Cli.Tokens;

internal sealed class TokenRevokeCommand : ApiCommand
{
    private readonly SwitchFlag _accessor;
    private readonly SwitchFlag _self;
    private readonly TextFlag _mode;

    public TokenRevokeCommand()
        : base("token revoke", "Revoke a token and its children", "[TOKEN | ACCESSOR]", Arity.AtLeast(0),
            """
            Ends a token, all tokens made with it, and their leases. With
            -mode=orphan the tokens made with it live on; with -mode=path the
            argument is the path that issued the tokens.
            """)
    {
        _accessor = Flag(new SwitchFlag("accessor", "The argument is an accessor."));
        _self = Flag(new SwitchFlag("self", "The token in use."));
        _mode = Flag(new TextFlag("mode", "orphan or path."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        Check(call.Arguments.Count);
        var token = call.Arguments.Count > 0 ? call.Arguments[0].Trim() : "";
        var request = _self.Value ? ApiRequest.Write("auth/token/revoke-self")
            : _accessor.Value ? ApiRequest.Post("auth/token/revoke-accessor", new JsonObject { ["accessor"] = token })
            : _mode.Value == "orphan" ? ApiRequest.Write("auth/token/revoke-orphan", new JsonObject { ["token"] = token })
            : _mode.Value == "path" ? ApiRequest.Write($"sys/leases/revoke-prefix/{call.Arguments[0]}")
            : ApiRequest.Write("auth/token/revoke", new JsonObject { ["token"] = token });
        await call.SendAsync(request, "Error revoking token", cancellation);
        call.Printer.Line("Success! Revoked token (if it existed)");
        return 0;
    }

    private void Check(int count)
    {
        var problem = _mode.Value is not ("" or "orphan" or "path") ? $"Invalid mode: {_mode.Value}"
            : _self.Value && count > 0 ? $"Too many arguments with -self (expected 0, got {count})"
            : !_self.Value && count > 1 ? $"Too many arguments (expected 1 or -self, got {count})"
            : !_self.Value && count < 1 ? $"Not enough arguments (expected 1 or -self, got {count})"
            : _self.Value && _accessor.Value ? "Cannot use -self with -accessor!"
            : _self.Value && _mode.Value.Length > 0 ? "Cannot use -self with -mode!"
            : _accessor.Value && _mode.Value.Length > 0 ? $"Cannot use -accessor with -mode={_mode.Value}!"
            : null;
        if (problem is not null)
        {
            throw CliException.Local(problem);
        }
    }
}
