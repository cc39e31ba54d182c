using System.Globalization;
using Coffer.Cli.Commands;
using Coffer.Cli.Flags;
using Coffer.Cli.Output;

namespace Coffer.Cli.Dispatch;

/// <summary>Help texts, all made from the declarations of the commands.</summary>
internal static class CommandHelp
{
    private static readonly string[] Common = ["read", "write", "delete", "list", "login", "server", "status", "unwrap"];

    /// <summary>All commands, the common ones first.</summary>
    public static void WriteOverview(TextWriter writer, string program)
    {
        writer.WriteLine($"Usage: {program} <command> [args]");
        writer.WriteLine();
        writer.WriteLine("Common commands:");
        WriteRows(writer, Common.Select(name => CommandCatalog.Find(name)!));
        writer.WriteLine();
        writer.WriteLine("Other commands:");
        WriteRows(writer, CommandCatalog.Below("").Where(command => !Common.Contains(command.Name)));
    }

    /// <summary>Help for one command.</summary>
    public static void Write(TextWriter writer, string program, Command command)
    {
        if (command is GroupCommand group)
        {
            WriteGroup(writer, program, group);
            return;
        }

        var arguments = command.ArgumentsText.Length == 0 ? "" : " " + command.ArgumentsText;
        writer.WriteLine($"Usage: {program} {command.Name} [options]{arguments}");
        WriteAbout(writer, program, command);
        foreach (var (title, flags) in command.Flags.Groups.OrderBy(group => group.Title == "Command Options"))
        {
            writer.WriteLine();
            writer.WriteLine($"{title}:");
            foreach (var flag in flags.Where(flag => !flag.Hidden))
            {
                WriteFlag(writer, flag);
            }
        }
    }

    /// <summary>Help for a family: what it is for and its commands.</summary>
    public static void WriteGroup(TextWriter writer, string program, GroupCommand group)
    {
        writer.WriteLine($"Usage: {program} {group.Name} {group.ArgumentsText}");
        WriteAbout(writer, program, group);
        writer.WriteLine();
        writer.WriteLine("Subcommands:");
        WriteRows(writer, CommandCatalog.Below(group.Name));
    }

    /// <summary>What to tell somebody whose command does not exist.</summary>
    public static string Unknown(string program, string typed)
    {
        if (LeftOutCommands.WhyNot(program, typed) is { } reason)
        {
            return TextWrap.At(reason);
        }

        // Within a family only the last words differ, so only these are compared.
        var group = FamilyOf(typed);
        var prefix = group.Length == 0 ? "" : group + " ";
        var near = Nearest(typed[prefix.Length..], CommandCatalog.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]));
        return near is null
            ? $"Unknown command: {typed}. Run \"{(group.Length == 0 ? program : $"{program} {group}")} -help\" for the list."
            : $"Unknown command: {typed}. Did you mean \"{program} {prefix}{near}\"?";
    }

    /// <summary>A flag that was probably meant; null when none is near.</summary>
    public static string? NearestFlag(Command command, string typed) => Nearest(typed, command.Flags.Visible.Select(flag => flag.Name));

    private static void WriteAbout(TextWriter writer, string program, Command command)
    {
        writer.WriteLine();
        foreach (var line in command.About.Replace("{0}", program, StringComparison.Ordinal).Split('\n'))
        {
            writer.WriteLine(line.Length == 0 ? "" : "  " + line);
        }
    }

    private static void WriteRows(TextWriter writer, IEnumerable<Command> commands)
    {
        var rows = commands.Select(command => (Name: command.Name.Split(' ')[^1], command.Synopsis)).ToArray();
        var width = rows.Length == 0 ? 0 : rows.Max(row => row.Name.Length);
        foreach (var (name, synopsis) in rows)
        {
            writer.WriteLine($"    {name.PadRight(width)}      {synopsis}");
        }
    }

    private static void WriteFlag(TextWriter writer, Flag flag)
    {
        writer.WriteLine();
        var names = string.Join(", ", flag.Aliases.Prepend(flag.Name).Select(name => "-" + name));
        writer.WriteLine(flag.Example.Length == 0 ? $"  {names}" : $"  {names}=<{flag.Example}>");
        var usage = flag.Usage;
        if (flag.DefaultText is not ("" or "false"))
        {
            usage += string.Create(CultureInfo.InvariantCulture, $" The default is {flag.DefaultText}.");
        }

        if (flag.Variable is not null)
        {
            usage += $" This can also be specified via the VAULT_{flag.Variable} environment variable.";
        }

        writer.WriteLine(TextWrap.At(usage, 6));
    }

    private static string? Nearest(string typed, IEnumerable<string> names)
    {
        var best = names.Select(name => (Name: name, Distance: Distance(typed, name)))
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .FirstOrDefault((Name: "", Distance: int.MaxValue));
        return best.Distance <= Math.Max(1, typed.Length / 3) ? best.Name : null;
    }

    /// <summary>The longest beginning of the words that is a family of commands; empty for none.</summary>
    private static string FamilyOf(string typed)
    {
        var words = typed.Split(' ');
        return Enumerable.Range(1, words.Length - 1).Select(count => string.Join(' ', words[..count])).LastOrDefault(name => CommandCatalog.Find(name) is GroupCommand) ?? "";
    }

    // Levenshtein, where two letters that changed places count as one change.
    private static int Distance(string left, string right)
    {
        int[] before = [];
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var current = new int[right.Length + 1];
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var swap = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(swap, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous) = (previous, current);
        }

        return previous[right.Length];
    }
}
