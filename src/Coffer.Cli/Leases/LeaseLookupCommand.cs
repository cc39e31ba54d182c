using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Client;

namespace Coffer.Cli.Leases;

internal sealed class LeaseLookupCommand() : ApiCommand("lease lookup", "Lookup the lease of a secret", "ID", Arity.Between(0, 1),
    """
    Prints when a lease was issued, when it ends and whether it can be
    renewed.

        $ {0} lease lookup aws/creds/my-role/2f6a614c...
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var lease = LeaseId.From(call);
        var body = new JsonObject { ["lease_id"] = lease };
        return await call.SendAndPrintAsync(ApiRequest.Write("sys/leases/lookup", body), $"error looking up lease id {lease}", "", cancellation);
    }
}
