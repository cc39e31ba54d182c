using Coffer.Cli.Terminal;

namespace Coffer.Cli;

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

    /// <summary>Handles <c>-autocomplete-install</c> and <c>-autocomplete-uninstall</c>; false for anything else.</summary>
    public static bool TryInstall(string argument, ICliConsole console)
    {
        var flag = argument.TrimStart('-');
        if (flag is not ("autocomplete-install" or "autocomplete-uninstall"))
        {
            return false;
        }

        var program = Environment.ProcessPath ?? console.ProgramName;
        var entry = $"complete -C {program} {console.ProgramName}";
        foreach (var (file, prelude) in new[] { (".bashrc", ""), (".zshrc", "autoload -U +X bashcompinit && bashcompinit") })
        {
            var path = Path.Combine(console.Variable("HOME") ?? "", file);
            if (!File.Exists(path))
            {
                continue;
            }

            var lines = File.ReadAllLines(path).Where(line => line != entry).ToList();
            if (flag == "autocomplete-install")
            {
                lines.AddRange(prelude.Length > 0 && !lines.Contains(prelude) ? [prelude, entry] : [entry]);
            }

            File.WriteAllLines(path, lines);
            console.Out.Write($"Changed {path}; open a new shell to use it.\n");
        }

        return true;
    }
}
