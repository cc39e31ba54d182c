using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.General;

internal sealed class PatchCommand : ApiCommand
{
    private readonly SwitchFlag _force;

    public PatchCommand()
        : base("patch", "Patch data, configuration, and secrets", "PATH [DATA K=V...]", Arity.AtLeast(1),
            """
            Changes the given keys at a path and leaves the others, as far as
            the path supports it. Data is given as for "{0} write".
            """, Shows.Field)
    {
        _force = Flag(new SwitchFlag("force", "Patch without data.") { Aliases = ["f"] });
    }

    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = call.Path(0);
        if (call.Arguments.Count == 1 && !_force.Value)
        {
            throw CliException.Local("Must supply data or use -force");
        }

        var request = ApiRequest.Patch(path, call.DataFrom(1));
        return call.SendAndPrintAsync(request, $"Error writing data to {path}", $"Success! Data written to: {path}", cancellation);
    }
}
