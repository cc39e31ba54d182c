using Coffer.Cli.Commands;
using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Dispatch;

internal sealed class HelpCommand() : Command("help", "Tells what the program or a command can do", "[COMMAND...]", Arity.AtLeast(0),
    """
    Shows all commands, or what one of them does and its flags; the same
    as -help.

        $ {0} help kv get
    """)
{
    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var (output, program) = (call.Console.Out, call.Console.ProgramName);
        if (call.Arguments.Count == 0)
        {
            CommandHelp.WriteOverview(output, program);
            return Task.FromResult(0);
        }

        var typed = string.Join(' ', call.Arguments);
        if (CommandCatalog.Find(typed) is not { } command)
        {
            throw new CliException(CommandHelp.Unknown(program, typed), CliProgram.UnknownCommand);
        }

        CommandHelp.Write(output, program, command);
        return Task.FromResult(0);
    }
}
