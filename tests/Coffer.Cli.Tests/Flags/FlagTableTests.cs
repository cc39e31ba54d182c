using Coffer.Cli.Flags;
using CsCheck;

namespace Coffer.Cli.Tests.Flags;

public sealed class FlagTableTests
{
    private const string Group = "Command Options";

    // A value or an argument: anything but what would be read as a flag.
    private static readonly Gen<string> Words = Gen.String[Gen.Char.AlphaNumeric, 0, 8].Select(word => "v" + word + "=" + word);

    [Fact]
    public void Every_spelling_of_a_flag_gives_the_same_value() =>
        Gen.Select(Choice.Of("-", "--"), Gen.Bool, Words, Words.Array[0, 4]).Sample((dashes, joined, value, rest) =>
        {
            var table = new FlagTable();
            var flag = table.Add(Group, new TextFlag("name", "") { Aliases = ["n"] });
            string[] line = joined ? [$"{dashes}name={value}", .. rest] : [$"{dashes}n", value, .. rest];
            return table.Parse(line).SequenceEqual(rest) && flag.Value == value && flag.IsSet;
        });

    [Fact]
    public void What_follows_the_first_argument_is_never_read_as_a_flag() =>
        Gen.Select(Words, Gen.OneOf(Words, Choice.Of("-on", "-name=x", "--", "-", "-unknown")).Array[0, 5]).Sample((first, rest) =>
        {
            var table = new FlagTable();
            var flag = table.Add(Group, new SwitchFlag("on", ""));
            return table.Parse([first, .. rest]).SequenceEqual(rest.Prepend(first)) && !flag.IsSet;
        });

    [Fact]
    public void A_repeated_flag_keeps_all_values_in_order() =>
        Words.Array[0, 6].Sample(values =>
        {
            var table = new FlagTable();
            var flag = table.Add(Group, new TextListFlag("policy", ""));
            return table.Parse([.. values.SelectMany(value => new[] { "-policy", value })]).Count == 0 && flag.Values.SequenceEqual(values);
        });

    [Theory]
    [InlineData("-on", true)]
    [InlineData("-on=false", false)]
    [InlineData("--on=T", true)]
    [InlineData("-on=0", false)]
    public void A_switch_needs_no_value(string argument, bool expected)
    {
        var table = new FlagTable();
        var flag = table.Add(Group, new SwitchFlag("on", "", initial: !expected));

        Assert.Equal(["rest"], table.Parse([argument, "rest"]));
        Assert.Equal(expected, flag.Value);
    }

    [Theory]
    [InlineData("---x", "bad flag syntax: ---x")]
    [InlineData("-=x", "bad flag syntax: -=x")]
    [InlineData("-nope", "flag provided but not defined: -nope")]
    [InlineData("-count", "flag needs an argument: -count")]
    [InlineData("-count=x", "invalid value \"x\" for flag -count: parse error")]
    [InlineData("-map=x", "invalid value \"x\" for flag -map: missing = in KV pair: \"x\"")]
    public void A_wrong_flag_is_refused_by_name(string argument, string message)
    {
        var table = new FlagTable();
        table.Add(Group, new NumberFlag("count", ""));
        table.Add(Group, new TextMapFlag("map", ""));

        Assert.Equal(message, Assert.Throws<FlagException>(() => table.Parse([argument])).Message);
    }

    [Fact]
    public void Two_dashes_end_the_flags_and_a_single_dash_is_an_argument()
    {
        var table = new FlagTable();
        table.Add(Group, new SwitchFlag("on", ""));

        Assert.Equal(["-on"], table.Parse(["-on", "--", "-on"]));
        Assert.Equal(["-", "-on"], table.Parse(["-", "-on"]));
    }

    [Fact]
    public void The_command_line_goes_before_the_environment()
    {
        var table = new FlagTable();
        var flag = table.Add(Group, new TextFlag("address", "", "default") { Variable = "ADDR" });
        table.ReadEnvironment(name => name == "ADDR" ? "environment" : null);

        Assert.Equal(("environment", false), (flag.Value, flag.IsSet));
        table.Parse(["-address=typed"]);
        Assert.Equal(("typed", true), (flag.Value, flag.IsSet));
    }
}
