using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Client;
using Coffer.Text;

namespace Coffer.Cli.Auth;

internal sealed class AuthHelpCommand() : ApiCommand("auth help", "Prints usage for an auth method", "TYPE | PATH", Arity.One,
    """
    Prints what "{0} login" takes for an auth method, named by its type or
    by the path it is enabled at.
    """)
{
    public override async Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var name = Paths.Sanitize(call.Arguments[0]);
        if (LoginMethod.Find(name) is not { } method)
        {
            var mounts = (await call.SendAsync(ApiRequest.Read("sys/auth"), "Error listing auth methods", cancellation)).Entries();
            var type = mounts[name + "/"].At("type")
                ?? throw CliException.Local($"No auth method available on the server at {GoText.Quote(name + "/")}");
            method = LoginMethod.Of(GoValue.Of(type), call.Console.ProgramName);
        }

        call.Printer.Line($"Usage: {call.Console.ProgramName} login -method={method.Type} [CONFIG K=V...]");
        foreach (var field in method.Fields)
        {
            call.Printer.Line($"\n  {field.Name}=<string>\n{TextWrap.At(field.Usage, 6)}");
        }

        if (!method.IsOfThisServer)
        {
            call.Printer.Line($"\n{TextWrap.At($"{LoginMethod.OfThisServer} The method {method.Type} is for other servers that this program speaks to.")}");
        }

        return 0;
    }
}
