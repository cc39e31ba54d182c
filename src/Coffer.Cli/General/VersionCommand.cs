using Coffer.Cli.Commands;

namespace Coffer.Cli.General;

internal sealed class VersionCommand() : Command("version", "Prints the version", "", Arity.AtLeast(0),
    "Prints the version of the API that is spoken, with Coffer's own behind\nit.")
{
    /// <summary>The version of the Vault API that is spoken.</summary>
    internal const string ApiVersion = "1.20.0";

    /// <summary>A test holds it to the build's version.</summary>
    internal const string OwnVersion = "0.1.0";

    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        // Of a program called vault scripts expect "Vault vX.Y.Z (REVISION)", and nothing behind Z that is no number.
        call.Printer.Line(call.Console.ProgramName == "vault"
            ? $"Vault v{ApiVersion} (coffer-{OwnVersion})"
            : $"Coffer v{ApiVersion}+coffer.{OwnVersion}");
        return Task.FromResult(0);
    }
}
