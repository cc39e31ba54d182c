using Coffer.Cli.Commands;
using Coffer.Cli.Mounts;
using Coffer.Client;

namespace Coffer.Cli.Secrets;

internal sealed class SecretsEnableCommand : ApiCommand
{
    private readonly EnableFlags _flags;

    public SecretsEnableCommand()
        : base("secrets enable", "Enable a secrets engine", "TYPE", Arity.One,
            """
            Mounts a secrets engine, at its type's name or at -path.

                $ {0} secrets enable aws
                $ {0} secrets enable -path=team-kv -version=2 kv
            """)
    {
        _flags = new EnableFlags(Flags, isAuth: false);
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var type = _flags.Type(call);
        var path = _flags.Path(type);
        var reply = await call.SendAsync(ApiRequest.Post($"sys/mounts/{path}", _flags.Body(type)), "Error enabling", cancellation);
        call.Printer.Line($"Success! Enabled the {type} secrets engine at: {path}");
        return 0;
    }
}
