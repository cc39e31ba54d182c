using Coffer.Cli.Outcomes;

namespace Coffer.Cli.Commands;

/// <summary>How many arguments a command takes.</summary>
/// <param name="Min">The least.</param>
/// <param name="Max">The most.</param>
internal readonly record struct Arity(int Min, int Max)
{
    public static Arity None => new(0, 0);

    public static Arity One => new(1, 1);

    public static Arity Two => new(2, 2);

    public static Arity AtLeast(int count) => new(count, int.MaxValue);

    public static Arity Between(int min, int max) => new(min, max);

    /// <summary>Refuses a wrong number, naming the right one.</summary>
    public void Check(int count)
    {
        var expected = Max == int.MaxValue ? $"at least {Min}" : Min == Max ? $"{Min}" : $"{Min}-{Max}";
        if (count < Min)
        {
            throw CliException.Local($"Not enough arguments (expected {expected}, got {count})");
        }

        if (count > Max)
        {
            throw CliException.Local($"Too many arguments (expected {expected}, got {count})");
        }
    }
}
