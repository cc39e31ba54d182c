using Coffer.Cli.Terminal;

namespace Coffer.Cli.Dispatch;

/// <summary>Puts completion into the start-up files of bash and zsh, and takes it out.</summary>
internal static class CompletionInstall
{
    private const string Prelude = "autoload -U +X bashcompinit && bashcompinit";

    private static readonly (string Name, bool NeedsPrelude)[] Files = [(".bashrc", false), (".zshrc", true)];

    /// <summary>Handles <c>-autocomplete-install</c> and <c>-autocomplete-uninstall</c>; null for anything else.</summary>
    /// <returns>The exit code: 1 when there is no start-up file to install into.</returns>
    public static int? Try(string argument, ICliConsole console)
    {
        var flag = argument.TrimStart('-');
        if (flag is not ("autocomplete-install" or "autocomplete-uninstall"))
        {
            return null;
        }

        var installs = flag == "autocomplete-install";
        var home = console.Variable("HOME") ?? "";
        var found = Files.Select(file => (Path: Path.Combine(home, file.Name), file.NeedsPrelude)).Where(file => home.Length > 0 && File.Exists(file.Path)).ToArray();
        if (found.Length == 0 && installs)
        {
            console.Error.Write($"Completion was not installed: there is neither {string.Join(" nor ", Files.Select(file => "~/" + file.Name))}. Make the file of your shell, such as with \"touch ~/.bashrc\", and run this again.\n");
            return 1;
        }

        var entry = $"complete -C {Environment.ProcessPath ?? console.ProgramName} {console.ProgramName}";
        var changed = false;
        foreach (var (path, needsPrelude) in found)
        {
            var lines = File.ReadAllLines(path);
            var wanted = installs ? With(lines, entry, needsPrelude) : Without(lines, entry, needsPrelude);
            if (!wanted.SequenceEqual(lines))
            {
                File.WriteAllLines(path, wanted);
                console.Out.Write($"Changed {path}; open a new shell to use it.\n");
                changed = true;
            }
        }

        if (!changed)
        {
            console.Out.Write(installs ? "Completion is installed already; nothing was changed.\n" : "Completion is not installed; nothing was changed.\n");
        }

        return 0;
    }

    private static List<string> With(string[] lines, string entry, bool needsPrelude)
    {
        var missing = (needsPrelude ? (string[])[Prelude, entry] : [entry]).Where(line => !lines.Contains(line));
        return [.. lines, .. missing];
    }

    // The completion of other programs may need the prelude as well.
    private static List<string> Without(string[] lines, string entry, bool needsPrelude)
    {
        var kept = lines.Where(line => line != entry).ToList();
        if (needsPrelude && kept.Count < lines.Length && !kept.Any(line => line.TrimStart().StartsWith("complete ", StringComparison.Ordinal)))
        {
            kept.RemoveAll(line => line == Prelude);
        }

        return kept;
    }
}
