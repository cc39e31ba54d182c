using System.Text.Json;
using Coffer.Cli.Dispatch;
using Coffer.Sdk.Engines;
using Coffer.Server;

namespace Coffer.Docs.Tests;

/// <summary>What there is of Vault, what there is not, and what is different on purpose.</summary>
internal static class CompatibilityPage
{
    private const string AllCases = "/*";

    public static IReadOnlyDictionary<string, string> Sections { get; } = new Dictionary<string, string>
    {
        ["engines"] = Engines(),
        ["recordings"] = Recordings(),
        ["differences"] = Differences(),
        ["paths"] = string.Join('\n', ApiTable.All.Select(Paths)),
        ["commands"] = Markdown.Table(
            ["command", "what it does"],
            CommandPage.Commands.Where(command => command is not GroupCommand).Select(command => new[] { $"`{command.Name}`", Markdown.Prose(command.Synopsis) })),
        ["commands left out"] = Markdown.Table(["command", "reason, and what to use"], LeftOutCommands.Names.Order(StringComparer.Ordinal).Select(LeftOut)),
    };

    private static string Engines() => Markdown.Table(["type", "kind", "what it does"], EngineCatalog.All.OrderBy(type => type.Class).ThenBy(type => type.Name, StringComparer.Ordinal)
        .Select(type => new[] { $"`{type.Name}`", type.Class == MountClass.Auth ? "auth method" : "secrets engine", Markdown.Prose(type.Description) }));

    /// <summary>Each area of the recordings: how many cases it has, and how many of them Coffer answers as recorded.</summary>
    private static string Recordings()
    {
        var pending = Pending();
        var areas = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "conformance"), "*.json").Order(StringComparer.Ordinal).Select(file =>
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var area = Path.GetFileNameWithoutExtension(file);
            var cases = document.RootElement.GetArrayLength();
            var named = pending.Where(entry => entry.Case.StartsWith(area + "/", StringComparison.Ordinal)).ToArray();
            var (later, different) = named.Any(entry => entry.Case == area + AllCases)
                ? (cases, 0)
                : (named.Count(entry => entry.Steps is null), named.Count(entry => entry.Steps is not null));
            return new[] { $"`{area}`", $"{cases}", $"{cases - later - different}", different == 0 ? "" : $"{different}", later == 0 ? "" : $"{later}" };
        });
        return Markdown.Table(["area", "cases", "answered as recorded", "different on purpose", "not yet"], areas);
    }

    private static string Differences() => Markdown.Table(["recorded case", "what Coffer does instead, and why"],
        Pending().Where(entry => entry.Steps is not null).Select(entry => new[] { $"`{entry.Case}`", Markdown.Prose(entry.Reason) }));

    private static string Paths(ApiTable table) => $"### {table.Title}\n\n" + Markdown.Table(["path", "methods", "needs", "what it does"], table.Paths
        .Select(path => new[] { $"`{table.Prefix}{path.Template}`", ApiTable.MethodsOf(path.Row), ApiTable.NeedsOf(path.Row), Markdown.Prose(path.Row.Synopsis) }));

    private static string[] LeftOut(string name)
    {
        var reason = LeftOutCommands.WhyNot(CommandPage.Program, name)!;
        return [$"`{name}`", Markdown.Prose(reason[(reason.IndexOf("leaves out. ", StringComparison.Ordinal) + "leaves out. ".Length)..])];
    }

    /// <summary>The lines of the list of cases that do not pass; without steps, a case that is to pass one day.</summary>
    private static IEnumerable<(string Case, string? Steps, string Reason)> Pending() => Repository.Read("tests/conformance/pending.txt").Split('\n')
        .Where(line => line.Contains("  # ", StringComparison.Ordinal))
        .Select(line => line.Split("  # ", 2))
        .Select(parts => (parts[0], parts[1].Split(": ", 2)))
        .Select(entry => (entry.Item1, entry.Item2[0].StartsWith("different at ", StringComparison.Ordinal) ? entry.Item2[0] : null, entry.Item2[1]));
}
