using Coffer.Cli.Flags;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Settings;

namespace Coffer.Cli.Commands;

/// <summary>A command. Its constructor declares flags and arguments: parsing, help, usage errors and completion come from that.</summary>
internal abstract class Command
{
    protected const string CommandGroup = "Command Options";

    protected Command(string name, string synopsis, string arguments, Arity arity, string about)
    {
        Name = name;
        Synopsis = synopsis;
        ArgumentsText = arguments;
        Arity = arity;
        About = about;
    }

    /// <summary>The words after the program's name, such as <c>kv metadata get</c>.</summary>
    public string Name { get; }

    /// <summary>One line for overviews, without a full stop.</summary>
    public string Synopsis { get; }

    /// <summary>The arguments as usage shows them, such as <c>PATH [K=V...]</c>.</summary>
    public string ArgumentsText { get; }

    public Arity Arity { get; }

    /// <summary>What it does and examples; <c>{0}</c> stands for the program's name.</summary>
    public string About { get; }

    public FlagTable Flags { get; } = new();

    /// <summary>The HTTP and output flags, for commands that talk to a server; else null.</summary>
    public virtual ClientFlags? ClientFlags => null;

    /// <summary>Whether flags may stand behind arguments too. Vault's commands do not allow it, so only commands that Vault does not have may.</summary>
    public virtual bool TakesFlagsAnywhere => false;

    /// <summary>Whether it has a use for an answer that came wrapped. For all others the wrapping token is printed as it is, and the command ends.</summary>
    public virtual bool TakesWrapped => false;

    /// <summary>Whether the exit code 2 is something that this command found out; a failure is then 1.</summary>
    public virtual bool TwoIsAnAnswer => false;

    /// <summary>Runs it and returns the exit code. A <see cref="CliException"/> ends it early.</summary>
    public abstract Task<int> RunAsync(Invocation call, CancellationToken cancellation);

    protected T Flag<T>(T flag)
        where T : Flag => Flags.Add(CommandGroup, flag);
}
