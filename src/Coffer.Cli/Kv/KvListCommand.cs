using Coffer.Cli.Commands;
using Coffer.Cli.Outcomes;
using Coffer.Client;

namespace Coffer.Cli.Kv;

internal sealed class KvListCommand() : KvCommand("kv list", "List data or secrets", "[KEY]", Arity.Between(0, 1),
    """
    Lists the keys below a path. A key that ends in "/" has more below it.

        $ {0} kv list -mount=secret my-app/
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (call.Arguments.Count == 0 && Mount.Value.Length == 0)
        {
            throw CliException.Local("Not enough arguments (expected 1, got 0)");
        }

        var path = (await FindAsync(call, cancellation)).Api("metadata");
        return call.PrintList(await call.ReadOrNullAsync(ApiRequest.List(path), $"Error listing {path}", cancellation), path);
    }
}
