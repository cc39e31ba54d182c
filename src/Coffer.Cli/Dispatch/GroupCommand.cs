using Coffer.Cli.Commands;
using Coffer.Cli.Terminal;

namespace Coffer.Cli.Dispatch;

/// <summary>Stands for a family of commands; run by itself it only shows them.</summary>
internal sealed class GroupCommand(string name, string synopsis, string about) : Command(name, synopsis, "<subcommand> [options] [args]", Arity.AtLeast(0), about)
{
    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        CommandHelp.WriteGroup(call.Console.Error, call.Console.ProgramName, this);
        if (call.Arguments.Count > 0)
        {
            call.Console.Error.WriteLine();
            var text = CommandHelp.Unknown(call.Console.ProgramName, $"{Name} {call.Arguments[0]}");
            call.Console.Error.WriteLine(TerminalText.For(text, call.Console.ErrorIsTerminal));
        }

        return Task.FromResult(1);
    }
}
