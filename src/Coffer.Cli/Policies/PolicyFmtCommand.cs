using Coffer.Cli.Commands;
using Coffer.Cli.Data;
using Coffer.Cli.Outcomes;
using Coffer.Server;

namespace Coffer.Cli.Policies;

internal sealed class PolicyFmtCommand() : Command("policy fmt", "Formats a policy on disk", "PATH", Arity.One,
    """
    Checks a policy file and puts it into the usual layout, in place. A
    file that is no policy is left as it is. Needs no server.

        $ {0} policy fmt my-policy.hcl
    """)
{
    public override Task<int> RunAsync(Invocation call, CancellationToken cancellation)
    {
        var path = call.Arguments[0];
        var text = Try("Error reading source file", () => TextSource.AsDocument(TextSource.OfFile(path)));
        var (laidOut, problem) = PolicyLayout.Format(text);
        if (laidOut is null)
        {
            throw CliException.Local($"{path}: {problem}");
        }

        Try("Error writing result", () =>
        {
            File.WriteAllText(path, laidOut);
            return laidOut;
        });
        call.Printer.Line($"Success! Formatted policy: {path}");
        return Task.FromResult(0);
    }

    private static string Try(string failure, Func<string> act)
    {
        try
        {
            return act();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or FormatException)
        {
            throw CliException.Local($"{failure}: {error.Message}");
        }
    }
}
