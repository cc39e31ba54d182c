using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Leases;

internal sealed class LeaseRetryCommand() : ApiCommand("lease retry", "Tries once more to remove the secret of a lease", "ID", Arity.Between(0, 1),
    """
    Tries, now, to take away the secret of a lease for which that has
    failed. "{0} lease attention" lists them.

        $ {0} lease retry aws/creds/my-role/2f6a614c...
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var lease = LeaseId.From(call);
        await call.SendAsync(ApiRequest.Write("sys/leases/retry", new JsonObject { ["lease_id"] = lease }), $"Error retrying {lease}", cancellation);
        call.Printer.Line($"Success! Revoked lease: {lease}");
        return 0;
    }
}
