using Coffer.Cli.Commands;
using Coffer.Cli.Terminal;

namespace Coffer.Cli.Dispatch;

/// <summary>Completion for bash and zsh through <c>complete -C</c>: the shell sets COMP_LINE and runs the program.</summary>
internal static class Completion
{
    /// <summary>Prints what the last word of the line may become, one a line.</summary>
    public static void Write(ICliConsole console, string line)
    {
        foreach (var candidate in Candidates(line))
        {
            console.Out.Write(candidate + "\n");
        }
    }

    /// <summary>The candidates: commands, then flags of the command once a dash is typed.</summary>
    public static IEnumerable<string> Candidates(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        var last = line.EndsWith(' ') || words.Count == 0 ? "" : words[^1];
        if (last.Length > 0)
        {
            words.RemoveAt(words.Count - 1);
        }

        var typed = words.TakeWhile(word => !word.StartsWith('-')).ToArray();
        Command? command = null;
        var name = "";
        for (var count = typed.Length; count > 0 && command is null; count--)
        {
            name = string.Join(' ', typed.Take(count));
            command = CommandCatalog.Find(name);
        }

        if (last.StartsWith('-'))
        {
            return command is null ? [] : command.Flags.Visible.Select(flag => "-" + flag.Name).Where(flag => flag.StartsWith(last, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        }

        return command is null or GroupCommand
            ? CommandCatalog.Below(command is null ? "" : name).Select(below => below.Name.Split(' ')[^1]).Where(word => word.StartsWith(last, StringComparison.Ordinal))
            : [];
    }
}
