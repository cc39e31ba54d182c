using Coffer.Cli.Commands;
using Coffer.Cli.Mounts;

namespace Coffer.Cli.Secrets;

internal sealed class SecretsMoveCommand() : ApiCommand("secrets move", "Move a secrets engine to a new path", "SOURCE DESTINATION", Arity.Two,
    """
    Moves a secrets engine with what it stored to another path. Its leases
    stay valid. Policies have to name the new path.
    """)
{
    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation) => Remount.RunAsync(call, "secrets engine", "", cancellation);
}
