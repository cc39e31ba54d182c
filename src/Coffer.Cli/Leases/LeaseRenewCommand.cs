using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Client;

namespace Coffer.Cli.Leases;

internal sealed class LeaseRenewCommand : ApiCommand
{
    private readonly DurationFlag _increment;

    public LeaseRenewCommand()
        : base("lease renew", "Renews the lease of a secret", "ID", Arity.Between(0, 1),
            """
            Extends a lease, so that its secret lives longer: from now on for
            the increment, as far as the limits of role and mount allow.

                $ {0} lease renew -increment=30m aws/creds/my-role/2f6a614c...
            """)
    {
        _increment = Flag(new DurationFlag("increment", "How long the lease shall last from now; the server may grant less.") { Aliases = ["i"] });
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var lease = LeaseId.From(call);
        var body = new JsonObject { ["lease_id"] = lease, ["increment"] = (long)_increment.Value.TotalSeconds };
        return await call.SendAndPrintAsync(ApiRequest.Write("sys/leases/renew", body), $"Error renewing {lease}", "", cancellation);
    }
}
