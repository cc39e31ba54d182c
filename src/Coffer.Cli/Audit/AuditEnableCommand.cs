using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Audit;

internal sealed class AuditEnableCommand : ApiCommand
{
    private readonly TextFlag _description;
    private readonly TextFlag _path;
    private readonly SwitchFlag _local;

    public AuditEnableCommand()
        : base("audit enable", "Enables an audit device", "TYPE [CONFIG K=V...]", Arity.AtLeast(0),
            """
            Turns on an audit device: every request is recorded there from now
            on, and none runs that cannot be recorded.

                $ {0} audit enable file file_path=/var/log/coffer/audit.log
            """)
    {
        _description = Flag(new TextFlag("description", "What this device is for."));
        _path = Flag(new TextFlag("path", "Name of the device; by default its type."));
        _local = Flag(new SwitchFlag("local", "Do not replicate the device."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        if (call.Arguments.Count == 0)
        {
            throw CliException.Local("Error enabling audit device: audit type missing. Valid types include 'file', 'socket' and 'syslog'.");
        }

        var type = call.Arguments[0].Trim();
        var path = Paths.AsMount(_path.Value.Length > 0 ? _path.Value : type);
        var options = new JsonObject();
        foreach (var (key, value) in call.DataFrom(1))
        {
            options[key] = GoValue.Of(value);
        }

        var body = new JsonObject { ["type"] = type, ["description"] = _description.Value, ["options"] = options, ["local"] = _local.Value };
        await call.SendAsync(ApiRequest.Write($"sys/audit/{path}", body), "Error enabling audit device", cancellation);
        call.Printer.Line($"Success! Enabled the {type} audit device at: {path}");
        return 0;
    }
}
