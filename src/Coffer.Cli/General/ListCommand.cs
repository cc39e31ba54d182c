using Coffer.Cli.Commands;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.General;

internal sealed class ListCommand() : ApiCommand("list", "List data or secrets", "PATH", Arity.One,
    """
    Lists the keys below a path. A key that ends in "/" has more below it.

        $ {0} list aws/roles
    """, Shows.Detailed)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = call.Path(0);
        return call.PrintList(await call.ReadOrNullAsync(ApiRequest.List(path), $"Error listing {path}", cancellation), path);
    }
}
