using Coffer.Cli.Commands;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.General;

internal sealed class DeleteCommand() : ApiCommand("delete", "Delete secrets and configuration", "PATH [K=V...]", Arity.AtLeast(1),
    """
    Deletes what is at a path; what that means is the engine's affair.
    Nothing there is no error. K=V pairs become query parameters.
    """, Shows.Field)
{
    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = call.Path(0);
        var request = ApiRequest.Delete(path) with { Query = ReadCommand.Query(call.DataFrom(1, "Failed to parse string list data")) };
        return call.SendAndPrintAsync(
            request, $"Error deleting {path}", $"Success! Data deleted (if it existed) at: {path}", cancellation);
    }
}
