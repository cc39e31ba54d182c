using Coffer.Cli.Settings;

namespace Coffer.Cli.Commands;

/// <summary>A command that talks to a server.</summary>
internal abstract class ApiCommand : Command
{
    protected ApiCommand(string name, string synopsis, string arguments, Arity arity, string about, Shows shows = Shows.Format)
        : base(name, synopsis, arguments, arity, about)
    {
        ClientFlags = new ClientFlags(Flags, shows);
    }

    public override ClientFlags ClientFlags { get; }
}
