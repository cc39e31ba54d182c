using System.Text;
using Coffer.Cli.Commands;
using Coffer.Cli.Dispatch;
using Coffer.Cli.Flags;

namespace Coffer.Docs.Tests;

/// <summary>The reference of the command line: every command with its flags.</summary>
internal static class CommandPage
{
    /// <summary>As the pages call the program.</summary>
    public const string Program = "coffer";

    private const string Http = "HTTP Options";
    private const string Output = "Output Options";

    /// <summary>Every command by its words, families included.</summary>
    public static IEnumerable<Command> Commands { get; } = [.. CommandCatalog.Names.Order(StringComparer.Ordinal).Select(name => CommandCatalog.Find(name)!)];

    public static IReadOnlyDictionary<string, string> Sections { get; } = new Dictionary<string, string>
    {
        ["common flags"] = string.Join('\n', CommonFlags()),
        ["commands"] = string.Join('\n', Commands.Where(command => command is not GroupCommand).Select(Section)),
    };

    private static bool IsShared(string title) => title is Http or Output;

    /// <summary>The flags that commands share, each of them once.</summary>
    private static IEnumerable<string> CommonFlags() => Commands.SelectMany(command => command.Flags.Groups).Where(group => IsShared(group.Title))
        .GroupBy(group => group.Title, group => group.Flags)
        .Select(group => $"### {group.Key}\n\n{FlagTable(group.SelectMany(flags => flags).Where(flag => !flag.Hidden).DistinctBy(flag => flag.Name).OrderBy(flag => flag.Name, StringComparer.Ordinal))}");

    private static string Section(Command command)
    {
        var arguments = command.ArgumentsText.Length == 0 ? "" : " " + command.ArgumentsText;
        var text = new StringBuilder($"## `{Program} {command.Name}`\n\n    {Program} {command.Name} [options]{arguments}\n\n");
        text.Append(About(command)).Append('\n');
        var own = command.Flags.Groups.Where(group => !IsShared(group.Title)).SelectMany(group => group.Flags).Where(flag => !flag.Hidden).ToArray();
        if (own.Length > 0)
        {
            text.Append('\n').Append(FlagTable(own));
        }

        var shared = command.Flags.Groups.Where(group => IsShared(group.Title)).ToArray();
        if (shared.Length > 0)
        {
            var names = shared.Select(group => group.Title == Http
                ? "the HTTP options"
                : string.Join(", ", group.Flags.Where(flag => !flag.Hidden).Select(flag => $"`-{flag.Name}`")));
            text.Append($"\nAlso {string.Join(" and ", names)}.\n");
        }

        return text.ToString();
    }

    /// <summary>What the command says of itself: its examples are code, which begins with four blanks there as here.</summary>
    private static string About(Command command) => string.Join('\n', command.About.Replace("{0}", Program, StringComparison.Ordinal).Split('\n')
        .Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line : Markdown.Prose(line)));

    private static string FlagTable(IEnumerable<Flag> flags) => Markdown.Table(["flag", "value", "default", "variable", "meaning"], flags.Select(flag => new[]
    {
        string.Join(", ", flag.Aliases.Prepend(flag.Name).Select(name => $"`-{name}`")),
        flag.Example,
        flag.DefaultText is "" or "false" ? "" : Markdown.Code(flag.DefaultText),
        flag.Variable is null ? "" : $"`VAULT_{flag.Variable}`",
        Markdown.Prose(flag.Usage),
    }));
}
