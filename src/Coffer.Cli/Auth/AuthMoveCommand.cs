using Coffer.Cli.Commands;
using Coffer.Cli.Mounts;

namespace Coffer.Cli.Auth;

internal sealed class AuthMoveCommand() : ApiCommand("auth move", "Move an auth method to a new path", "SOURCE DESTINATION", Arity.Two,
    "Moves an auth method with its configuration to another path. Its tokens\nstay valid.")
{
    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation) => Remount.RunAsync(call, "auth method", "auth/", cancellation);
}
