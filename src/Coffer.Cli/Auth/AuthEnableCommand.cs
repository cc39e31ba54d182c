using Coffer.Cli.Commands;
using Coffer.Cli.Mounts;
using Coffer.Client;

namespace Coffer.Cli.Auth;

internal sealed class AuthEnableCommand : ApiCommand
{
    private readonly EnableFlags _flags;

    public AuthEnableCommand()
        : base("auth enable", "Enables a new auth method", "TYPE", Arity.One,
            """
            Turns on a way to log in, at its type's name or at -path.

                $ {0} auth enable userpass
            """)
    {
        _flags = new EnableFlags(Flags, isAuth: true);
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var type = _flags.Type(call);
        var path = _flags.Path(type);
        var reply = await call.SendAsync(ApiRequest.Post($"sys/auth/{path}", _flags.Body(type)), $"Error enabling {type} auth", cancellation);
        call.Printer.Line($"Success! Enabled {type} auth method at: {path}");
        return 0;
    }
}
