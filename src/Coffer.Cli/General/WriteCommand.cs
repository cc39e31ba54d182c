using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Client;

namespace Coffer.Cli.General;

internal sealed class WriteCommand : ApiCommand
{
    private readonly SwitchFlag _force;

    public WriteCommand()
        : base("write", "Write data, configuration, and secrets", "PATH [DATA K=V...]", Arity.AtLeast(1),
            """
            Writes data to a path. A value is given as key=value, key=@file,
            key=- (from standard input), or the whole as @file.json or "-".

                $ {0} write aws/roles/my-role credential_type=iam_user \
                    policy_document=@policy.json
            """, Shows.Field)
    {
        _force = Flag(new SwitchFlag("force", "Write without data.") { Aliases = ["f"] });
    }

    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = call.Path(0);
        if (call.Arguments.Count == 1 && !_force.Value)
        {
            throw CliException.Local("Must supply data or use -force");
        }

        var data = call.DataFrom(1);
        var request = ApiRequest.Write(path, data) with { WrapTtl = DefaultWrapTtl(call, path) };
        return call.SendAndPrintAsync(request, $"Error writing data to {path}", $"Success! Data written to: {path}", cancellation);
    }

    // The wrapping endpoint has no use without a TTL, so five minutes stand in for a forgotten one.
    private static string? DefaultWrapTtl(Invocation call, string path) =>
        path == "sys/wrapping/wrap" && call.Client.Options.WrapTtl.Length == 0 ? "5m" : null;
}
