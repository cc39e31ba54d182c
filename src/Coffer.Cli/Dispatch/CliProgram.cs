using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Hooks;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;
using Coffer.Cli.Terminal;

namespace Coffer.Cli.Dispatch;

/// <summary>The program: finds the command, reads its flags, runs it, and turns its end into an exit code.</summary>
public static class CliProgram
{
    /// <summary>The exit code for a command that does not exist.</summary>
    internal const int UnknownCommand = 127;

    // These count wherever they stand on the line.
    private static readonly string[] GlobalFlags = ["output-curl-string", "format", "detailed"];

    /// <summary>Runs with the console of this process. 0: done; 1: wrong use or a local fault; 2: refused or out of reach; 127: no such command.</summary>
    public static async Task<int> RunAsync(string[] args, CliHooks hooks, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        using var console = new SystemConsole();
        if (!TypedBytes.AreText(args))
        {
            console.Error.Write("An argument is not UTF-8 text; other bytes are sent in base64, or as text from a file: key=@FILE\n");
            return 1;
        }

        return await RunAsync(args, console, hooks, cancellation);
    }

    /// <summary>The same with another console.</summary>
    public static async Task<int> RunAsync(string[] args, ICliConsole console, CliHooks hooks, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(hooks);
        try
        {
            return await DispatchAsync(args, console, hooks, cancellation);
        }
        catch (Exception error) when (error is (IOException and not FileNotFoundException) or UnauthorizedAccessException)
        {
            // A full disk, or an output that is closed.
            console.Error.Write($"Error writing output: {error.Message}\n");
            return 1;
        }
    }

    private static async Task<int> DispatchAsync(string[] args, ICliConsole console, CliHooks hooks, CancellationToken cancellation)
    {
        if (console.Variable("COMP_LINE") is { } line)
        {
            Completion.Write(console, line);
            return 0;
        }

        if (args is ["-v" or "-version" or "--version"])
        {
            args = ["version"];
        }

        var wantsHelp = args.TakeWhile(argument => argument != "--").Any(IsHelp);
        var command = Find(wantsHelp ? [.. args.SkipWhile(IsHelp)] : args, out var used);
        if (command is null)
        {
            return WithoutCommand(args, console, wantsHelp);
        }

        if (wantsHelp)
        {
            CommandHelp.Write(console.Out, console.ProgramName, command);
            return 0;
        }

        return await RunCommandAsync(command, args[used..], console, hooks, cancellation);
    }

    private static bool IsHelp(string argument) => argument is "-h" or "-help" or "--help";

    private static Command? Find(string[] args, out int used)
    {
        var words = args.TakeWhile(argument => !argument.StartsWith('-')).Take(CommandCatalog.WordsMax).ToArray();
        for (used = words.Length; used > 0; used--)
        {
            if (CommandCatalog.Find(string.Join(' ', words.Take(used))) is { } command)
            {
                return command;
            }
        }

        return null;
    }

    private static int WithoutCommand(string[] args, ICliConsole console, bool wantsHelp)
    {
        if (args.Length > 0 && CompletionInstall.Try(args[0], console) is { } installed)
        {
            return installed;
        }

        var typed = args.FirstOrDefault(argument => !argument.StartsWith('-'));
        if (args.Length > 0 && args[0].StartsWith('-') && typed is not null && !wantsHelp)
        {
            console.Error.WriteLine("Invalid flags before the subcommand. If these flags are for the subcommand, please put them after the subcommand.");
            return 1;
        }

        if (wantsHelp && typed is null)
        {
            CommandHelp.WriteOverview(console.Out, console.ProgramName);
            return 0;
        }

        CommandHelp.WriteOverview(console.Error, console.ProgramName);
        if (typed is not null)
        {
            console.Error.WriteLine();
            console.Error.WriteLine(TerminalText.For(CommandHelp.Unknown(console.ProgramName, typed), console.ErrorIsTerminal));
        }

        return UnknownCommand;
    }

    private static async Task<int> RunCommandAsync(
        Command command, string[] args, ICliConsole console, CliHooks hooks, CancellationToken cancellation)
    {
        try
        {
            var arguments = Parse(command, args, console);
            using var call = new Invocation(console, hooks, command, arguments);
            try
            {
                WarnAboutLateFlags(call, command);
                command.Arity.Check(arguments.Count);
                var code = await command.RunAsync(call, cancellation);
                call.Printer.FlushWarnings();
                return code;
            }
            catch (WrappedAnswer wrapped)
            {
                return call.Print(wrapped.Envelope, "");
            }
            catch (CliException error)
            {
                call.Printer.Error(error.Message);
                if (error.Envelope is { } envelope)
                {
                    call.Printer.Take(envelope);
                    call.Printer.Secret(envelope);
                }

                call.Printer.FlushWarnings();
                return ExitCode(command, error);
            }
        }
        catch (CliException error)
        {
            console.Error.Write(TerminalText.For(error.Message, console.ErrorIsTerminal) + "\n");
            return ExitCode(command, error);
        }
        catch (CurlRequested curl)
        {
            console.Out.Write(curl.CurlCommand + "\n");
            return 0;
        }
    }

    private static int ExitCode(Command command, CliException error) => command.TwoIsAnAnswer && error.ExitCode == 2 ? 1 : error.ExitCode;

    private static IReadOnlyList<string> Parse(Command command, string[] args, ICliConsole console)
    {
        if (command is GroupCommand)
        {
            return args;
        }

        try
        {
            var settings = new EnvironmentSettings(console);
            command.Flags.ReadEnvironment(settings.Read);
            var arguments = command.TakesFlagsAnywhere ? command.Flags.ParseAnywhere(args) : command.Flags.Parse(args);
            var explicitEnd = args.Length > arguments.Count && args[^(arguments.Count + 1)] == "--";
            return explicitEnd ? arguments : TakeGlobalFlags(command, arguments);
        }
        catch (FlagException error)
        {
            var typed = error.UnknownName;
            var near = typed is null ? null : CommandHelp.NearestFlag(command, typed);
            var hint = near is null ? "" : $"Did you mean -{near}? ";
            throw CliException.Local($"{error.Message}\n{hint}Run \"{console.ProgramName} {command.Name} -help\" for its flags.");
        }
    }

    private static List<string> TakeGlobalFlags(Command command, IReadOnlyList<string> arguments)
    {
        var kept = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var name = argument.StartsWith('-') ? argument.TrimStart('-').Split('=')[0] : "";
            var flag = GlobalFlags.Contains(name) ? command.Flags.Find(name) : null;
            if (flag is null || argument.TrimStart('-').Length < argument.Length - 2)
            {
                kept.Add(argument);
                continue;
            }

            var takesNext = !flag.IsBoolean && !argument.Contains('=', StringComparison.Ordinal) && i + 1 < arguments.Count;
            command.Flags.Parse(takesNext ? [argument, arguments[++i]] : [argument]);
        }

        return kept;
    }

    private static void WarnAboutLateFlags(Invocation call, Command command)
    {
        var late = call.Arguments.Where(argument => argument.Length > 1 && argument[0] == '-').ToArray();
        if (late.Length > 0 && call.Printer.IsTable && command is not GroupCommand)
        {
            call.Printer.Warn("Command flags must be provided before positional arguments. "
                + $"The following arguments will not be parsed as flags: [{string.Join(',', late)}]");
        }
    }
}
