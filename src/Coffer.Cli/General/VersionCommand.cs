namespace Coffer.Cli.General;

internal sealed class VersionCommand() : Command("version", "Prints the version", "", Arity.AtLeast(0),
    "Prints the version of the API that is spoken, with Coffer's own behind\nthe plus sign.")
{
    /// <summary>The version of the Vault API that is spoken, and Coffer's own.</summary>
    internal const string Number = "1.20.0+coffer." + OwnVersion;

    /// <summary>A test holds it to the build's version.</summary>
    internal const string OwnVersion = "0.1.0";

    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        // Scripts look for "Vault v" of a program called vault; the number is the second word either way.
        var product = call.Console.ProgramName == "vault" ? "Vault" : "Coffer";
        call.Printer.Line($"{product} v{Number}");
        return Task.FromResult(0);
    }
}
