using Coffer.Cli.Dispatch;
using Coffer.Cli.General;

namespace Coffer.Cli.Tests;

public sealed class CommandCatalogTests
{
    [Fact]
    public void Every_command_can_be_made_and_has_the_name_it_is_found_by()
    {
        var names = CommandCatalog.Names.ToArray();

        Assert.Equal(85, names.Length);
        Assert.All(names, name => Assert.Equal(name, CommandCatalog.Find(name)!.Name));
    }

    [Fact]
    public void Every_command_of_two_words_has_its_family() =>
        Assert.All(CommandCatalog.Names.Where(name => name.Contains(' ', StringComparison.Ordinal)), name =>
            Assert.IsType<GroupCommand>(CommandCatalog.Find(name[..name.LastIndexOf(' ')])));

    [Fact]
    public void Help_of_every_command_shows_its_usage_and_all_its_flags()
    {
        foreach (var command in CommandCatalog.Names.Select(name => CommandCatalog.Find(name)!))
        {
            using var writer = new StringWriter();
            CommandHelp.Write(writer, "vault", command);
            var help = writer.ToString();

            Assert.StartsWith($"Usage: vault {command.Name} ", help, StringComparison.Ordinal);
            Assert.DoesNotContain("{0}", help, StringComparison.Ordinal);
            Assert.All(command.Flags.Visible, flag => Assert.Contains($"-{flag.Name}", help, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Help_of_root_generation_says_that_it_needs_a_token_with_sudo_besides_the_shares() =>
        Assert.Contains("needs a token\nwith sudo on the path sys/generate-root/*", CommandCatalog.Find("operator generate-root")!.About, StringComparison.Ordinal);

    [Fact]
    public void Version_is_that_of_the_build() =>
        Assert.StartsWith(VersionCommand.OwnVersion + ".", typeof(CliProgram).Assembly.GetName().Version!.ToString(), StringComparison.Ordinal);
}
