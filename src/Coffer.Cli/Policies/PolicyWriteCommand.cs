using System.Text.Json.Nodes;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Client;

namespace Coffer.Cli.Policies;

internal sealed class PolicyWriteCommand : ApiCommand
{
    private readonly SwitchFlag _lint;

    public PolicyWriteCommand()
        : base("policy write", "Uploads a named policy from a file", "NAME PATH", Arity.Two,
            """
            Uploads a policy from a file, or from standard input with "-".

                $ {0} policy write my-policy ./my-policy.hcl
            """)
    {
        _lint = Flag(new SwitchFlag("lint", "Warn of everything that \"policy lint\" finds. For servers that are Coffer."));
    }

    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var typed = call.Arguments[0];
        var name = typed.ToLowerInvariant();
        var rules = PolicyFile.Read(call, call.Arguments[1]);
        var body = new JsonObject { ["policy"] = rules };
        if (_lint.Value)
        {
            body["lint"] = true;
        }

        var request = ApiRequest.Write($"sys/policies/acl/{name}", body);
        var reply = await call.SendAsync(request, "Error uploading policy", cancellation);
        if (typed != name)
        {
            call.Printer.Warn($"Policy name was converted from \"{typed}\" to \"{name}\"");
        }

        call.Printer.Line($"Success! Uploaded policy: {name}");
        return 0;
    }
}
